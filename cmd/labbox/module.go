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
		Short: "The trend modules that make up the lab, and modules of your own",
		Long:  "The trend modules that make up the lab, and modules of your own.\nHow to make one: labbox help modules",
		Args:  noCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newModuleList(g), newModuleNew(), newModuleTest(g), newModuleAdd(g), newModuleRemove(g), newModuleLint())
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
	fmt.Fprintln(w, "NAME\tVERSION\tFROM\tSTATE\tRESTARTS\tMEMORY\tCHARTS\tTITLE")
	for _, m := range modules {
		from := "others"
		switch {
		case m.Builtin:
			from = "labbox"
		case m.Dev:
			from = "others, dev"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", m.Name, m.Version, from, m.State, m.Restarts, memoryOf(m), m.Charts, m.Title)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, m := range modules {
		if m.Complaint != "" {
			fmt.Fprintf(out, "\n%s\n", m.Complaint)
		}
		if m.Problem != "" && (m.State != lab.StateReady || m.Restarts > 0) {
			fmt.Fprintf(out, "\n%s\n", m.Problem)
		}
	}
	return nil
}

// memoryOf is what a module takes, of what it may.
func memoryOf(m lab.Module) string {
	if m.MemoryLimit == 0 {
		return mebibytes(m.MemoryBytes)
	}
	return mebibytes(m.MemoryBytes) + " of " + mebibytes(m.MemoryLimit)
}
