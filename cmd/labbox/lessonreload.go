package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

func newLessonReload(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "reload",
		Short: "Read all lessons anew, and say what is wrong with them",
		Long:  "For who writes lessons: labbox up --set lessons.gitops=DIR lets a directory take the place of a trend's own\nlessons; reload reads it anew, without a restart.",
		Args:  args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := g.config()
			if err != nil {
				return err
			}
			wrong, err := app.Connect(cfg).ReloadLessons(cmd.Context())
			if err != nil {
				return err
			}
			for _, line := range wrong {
				fmt.Fprintln(cmd.OutOrStdout(), line)
			}
			if len(wrong) > 0 {
				return lab.Errorf(lab.CodeUsage, "How a lesson is written: plugins/LESSONS.md", "%d things are wrong; what cannot be read is left out", len(wrong))
			}
			return nil
		},
	}
}
