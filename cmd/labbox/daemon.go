package main

import (
	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
)

// newDaemon is the background process of "labbox up"; nobody types it.
func newDaemon(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:    "daemon",
		Hidden: true,
		Args:   args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := g.config()
			if err != nil {
				return err
			}
			return app.Background(cmd.Context(), cfg, version, cmd.ErrOrStderr())
		},
	}
}
