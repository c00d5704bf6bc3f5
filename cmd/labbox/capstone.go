package main

import (
	"context"
	"fmt"
	"io"
	"sort"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

func newCapstone(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "capstone",
		Short: "The one run that joins all trends: git, training, promotion, function, metrics, energy",
		Args:  noCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCapstoneRun(g), newCapstoneStatus(g), newCapstoneReset(g))
	return cmd
}

func newCapstoneRun(g *globals) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the capstone and print the evidence of each step",
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
			progress := cmd.OutOrStdout()
			if asJSON { // standard output is for the result alone
				progress = cmd.ErrOrStderr()
			}
			return runCapstone(cmd.Context(), cfg, asJSON, cmd.OutOrStdout(), progress)
		},
	}
	outputFlag(cmd, &output)
	return cmd
}

func runCapstone(ctx context.Context, cfg app.Config, asJSON bool, out, progress io.Writer) error {
	var result lab.CapstoneResult
	err := withPrinter(progress, func(observe func(lab.Event)) error {
		var err error
		result, err = app.Connect(cfg).RunCapstone(ctx, observe)
		return err
	})
	if err != nil {
		return err
	}
	return printCapstone(out, result, asJSON)
}

func newCapstoneStatus(g *globals) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the last run",
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
			result, err := app.Connect(cfg).Capstone(cmd.Context())
			if err != nil {
				return err
			}
			return printCapstone(cmd.OutOrStdout(), result, asJSON)
		},
	}
	outputFlag(cmd, &output)
	return cmd
}

func newCapstoneReset(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "reset",
		Short: "Remove what the capstone made, so that it can be run from the start",
		Args:  args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := g.config()
			if err != nil {
				return err
			}
			return withPrinter(cmd.OutOrStdout(), func(observe func(lab.Event)) error {
				return app.Connect(cfg).ResetCapstone(cmd.Context(), observe)
			})
		},
	}
}

// printCapstone prints the result; one that did not pass is also an error.
func printCapstone(out io.Writer, r lab.CapstoneResult, asJSON bool) error {
	if asJSON {
		if err := printJSON(out, r); err != nil {
			return err
		}
	} else {
		for _, s := range r.Steps {
			printCapstoneStep(out, s)
		}
	}
	if r.Passed {
		return nil
	}
	return lab.Errorf(lab.CodeCapstone, "Mend what the failed step names and run it again: labbox capstone run",
		"the capstone did not pass: %s", firstFailure(r))
}

func firstFailure(r lab.CapstoneResult) string {
	for _, s := range r.Steps {
		if !s.Passed {
			return fmt.Sprintf("step %s (%s): %s", s.ID, s.Title, s.Error)
		}
	}
	return "it has no steps"
}

func printCapstoneStep(out io.Writer, s lab.CapstoneStep) {
	mark := "✓"
	if !s.Passed {
		mark = "✗"
	}
	fmt.Fprintf(out, "\n%s (%s) %s  %.1f s\n", mark, s.ID, s.Title, s.Seconds)
	keys := make([]string, 0, len(s.Evidence))
	for k := range s.Evidence {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Fprintf(out, "    %-24s %v\n", k, s.Evidence[k])
	}
	if s.Error != "" {
		fmt.Fprintf(out, "    %s\n", s.Error)
	}
}
