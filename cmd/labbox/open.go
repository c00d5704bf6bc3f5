package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
)

func newOpen(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "open",
		Short: "Print a link that signs one browser in to the dashboard, once",
		Long: "Everybody on this machine may look at the dashboard; its terminal is for the owner, who signs in.\n" +
			"The link works once, for an hour. \"labbox credentials dashboard\" shows the password instead.",
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := g.config()
			if err != nil {
				return err
			}
			link, err := app.Connect(cfg).Open(cmd.Context())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), link)
			return err
		},
	}
}
