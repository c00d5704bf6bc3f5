package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
)

func newModule(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "module",
		Short: "The trend modules that make up the lab",
		Args:  noCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newModuleList(g))
	return cmd
}

func newModuleList(g *globals) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the modules, what they install and how they fare",
		Args:  args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			asJSON, err := wantJSON(cmd, output)
			if err != nil {
				return err
			}
			cfg, err := g.config()
			if err != nil {
				return err
			}
			modules, err := app.Connect(cfg).Modules(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), modules)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 2, 4, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tVERSION\tSTATE\tCHARTS\tTITLE")
			for _, m := range modules {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.Name, m.Version, m.State, m.Charts, m.Title)
			}
			return w.Flush()
		},
	}
	outputFlag(cmd, &output)
	return cmd
}
