package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

func newDown(g *globals) *cobra.Command {
	var purge bool
	cmd := &cobra.Command{
		Use:   "down",
		Short: "Stop the lab and keep its data",
		Long: "Stop everything the lab runs. Its data stays for the next \"labbox up\"; with --purge it is removed.\n" +
			"Nothing else remains: no process, mount, network link or namespace.",
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := g.config()
			if err != nil {
				return err
			}
			var was bool
			err = withPrinter(cmd.OutOrStdout(), func(observe func(lab.Event)) error {
				was, err = app.Down(cmd.Context(), cfg, purge, observe)
				return err
			})
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), downText(was, purge, cfg.DataDir))
			return nil
		},
	}
	cmd.Flags().BoolVar(&purge, "purge", false, "also remove the data directory")
	return cmd
}

func downText(was, purge bool, dir string) string {
	text := "The lab is stopped"
	if !was {
		text = "The lab was not running"
	}
	if purge {
		return text + "; its data is removed."
	}
	return text + "; its data stays in " + dir + "."
}
