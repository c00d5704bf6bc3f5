package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

func newProgress(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "progress",
		Short: "Move what you have done and written from one lab to another",
		Args:  noCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newProgressExport(g), newProgressImport(g))
	return cmd
}

func newProgressExport(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "export [FILE]",
		Short: "Write ticks, attempts, hints, notes, reflections and preferences to a file, or print them",
		Args:  args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			cfg, err := g.config()
			if err != nil {
				return err
			}
			if len(given) == 0 {
				return app.Connect(cfg).ExportProgress(cmd.Context(), cmd.OutOrStdout())
			}
			err = writeWhole(given[0], func(out io.Writer) error { return app.Connect(cfg).ExportProgress(cmd.Context(), out) })
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "written to %s; another lab takes it over with: labbox progress import FILE\n", given[0])
			}
			return err
		},
	}
}

// writeWhole writes a file that is there either whole or not at all, for its owner.
func writeWhole(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name+".part", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return lab.Errorf(lab.CodeUsage, "Name a file that can be written", "write %s: %w", name, err)
	}
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

func newProgressImport(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Take over what another lab has exported; nothing that is here is lost",
		Args:  args(cobra.ExactArgs(1)),
	}
	return reading(g, cmd, func(ctx context.Context, cfg app.Config, given []string) (lab.ProgressTaken, error) {
		f, err := os.Open(given[0])
		if err != nil {
			return lab.ProgressTaken{}, lab.Errorf(lab.CodeUsage, "Give a file that \"labbox progress export\" has written", "read the progress: %w", err)
		}
		defer f.Close()
		return app.Connect(cfg).ImportProgress(ctx, f)
	}, func(out io.Writer, t lab.ProgressTaken) error {
		fmt.Fprintf(out, "taken over: %d ticks, %d starts, %d attempts, %d hints, %d notes, %d reflections, %d preferences, %d runs of the capstone\n",
			t.Ticks, t.Starts, t.Attempts, t.Hints, t.Notes, t.Reflections, t.Preferences, t.Capstone)
		return nil
	})
}
