package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

func newModuleNew() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Make a folder with a new module, which builds without any network",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			made, err := app.NewModule(given[0], dir)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Module %s is in %s. What to do next:\n\n"+
				"  cd %s\n  go test ./... && go build -o %s .\n  labbox module test %s\n  sudo labbox module add --dev %s\n\nThe guide: labbox help modules\n",
				given[0], made, made, given[0], given[0], given[0])
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "folder to make (default: called like the module)")
	return cmd
}

func newModuleTest(g *globals) *cobra.Command {
	var output string
	var onLab bool
	cmd := &cobra.Command{
		Use:   "test FILE|DIR",
		Short: "Test a module, in whatever language, against the contract",
		Long: "Test a finished program, in whatever language, against all that a module promises.\n" +
			"A folder with a Go module is built first. With --lab, the lessons of the module, which\n" +
			"must have been added, are proven on the running lab.",
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			asJSON, err := wantJSON(cmd, output)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			observe := func(c app.ModuleCheck) { printClause(out, c) }
			if asJSON {
				observe = func(app.ModuleCheck) {}
			}
			cfg, err := g.config()
			if err != nil {
				return err
			}
			report, err := app.TestModule(cmd.Context(), app.ModuleTest{File: given[0], Lab: onLab, Config: cfg}, observe)
			if err != nil {
				return err
			}
			if asJSON {
				if err := printJSON(out, report); err != nil {
					return err
				}
			}
			return verdict(out, report, asJSON)
		},
	}
	outputFlag(cmd, &output)
	cmd.Flags().BoolVar(&onLab, "lab", false, "prove the module's lessons on the running lab, too")
	return cmd
}

func printClause(out io.Writer, c app.ModuleCheck) {
	word := "ok  "
	if !c.Passed {
		word = "FAIL"
	}
	fmt.Fprintf(out, "%s  %6.2f s  %s\n", word, c.Seconds, c.Name)
	if c.Message != "" {
		fmt.Fprintf(out, "              %s\n", c.Message)
	}
}

// verdict ends a test: an error when a clause is broken.
func verdict(out io.Writer, r app.ModuleReport, quiet bool) error {
	failed := 0
	for _, c := range r.Checks {
		if !c.Passed {
			failed++
		}
	}
	if failed > 0 {
		return lab.Errorf(lab.CodeModule, "What each clause means: labbox help modules", "module %s breaks %d of %d clauses", r.Name, failed, len(r.Checks))
	}
	if !quiet {
		fmt.Fprintf(out, "\nModule %s keeps all %d clauses.\n", r.Name, len(r.Checks))
	}
	return nil
}

func newModuleAdd(g *globals) *cobra.Command {
	var dev bool
	cmd := &cobra.Command{
		Use:   "add FILE",
		Short: "Add a module's program to the lab, pinned by its sha256",
		Long: "Add a module's program to the lab. A copy is kept and pinned by its sha256: one that has\n" +
			"changed is not started. With --dev the file itself is started, and again whenever it\n" +
			"changes, while you work on it. A running lab starts the module at once.",
		Args: args(cobra.ExactArgs(1)),
	}
	cmd.Flags().BoolVar(&dev, "dev", false, "do not pin; start the file anew whenever it changes")
	return reading(g, cmd, func(ctx context.Context, cfg app.Config, given []string) (app.AddedModule, error) {
		return app.AddModule(ctx, cfg, given[0], dev)
	}, printAdded)
}

func printAdded(out io.Writer, a app.AddedModule) error {
	fmt.Fprintf(out, "Module %s %s has been added.\n", a.Name, a.Version)
	if a.Dev {
		fmt.Fprintln(out, "It is not pinned: the lab takes up every change of the file.")
	} else {
		fmt.Fprintf(out, "Pinned: sha256 %s\n", a.SHA256)
	}
	switch {
	case a.Module == nil:
		fmt.Fprintln(out, "The next labbox up starts it.")
	case a.Module.State == lab.StateFailed:
		return lab.Errorf(lab.CodeModule, "Correct the module and add it again", "the lab has refused it: %s", a.Module.Problem)
	default:
		fmt.Fprintf(out, "State: %s. See it: labbox module list, or the dashboard under /modules/%s\n", a.Module.State, a.Name)
	}
	return nil
}

func newModuleRemove(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Take a module that was added out of the lab, with what it has installed",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			cfg, err := g.config()
			if err != nil {
				return err
			}
			if err := app.RemoveModule(cmd.Context(), cfg, given[0]); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Module %s has been removed.\n", given[0])
			return nil
		},
	}
}

func newModuleLint() *cobra.Command {
	return &cobra.Command{
		Use:   "lint DIR",
		Short: "Read lessons against the schema and try out their expressions",
		Long:  "Read one lesson (a folder with a lesson.yaml), or all lessons below a folder, against the\nschema, and try out every expression.",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			n, err := app.LintLessonFolder(given[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d lessons are in order.\n", n)
			return nil
		},
	}
}
