package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
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
	cmd := &cobra.Command{Use: "list", Short: "List the modules, what they install and how they fare", Args: args(cobra.NoArgs)}
	return reading(g, cmd, func(ctx context.Context, cfg app.Config, _ []string) ([]lab.Module, error) {
		return app.Connect(cfg).Modules(ctx)
	}, printModules)
}

func printModules(out io.Writer, modules []lab.Module) error {
	w := tabwriter.NewWriter(out, 2, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tVERSION\tSTATE\tCHARTS\tTITLE")
	for _, m := range modules {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.Name, m.Version, m.State, m.Charts, m.Title)
	}
	return w.Flush()
}
