package main

import (
	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
)

func newLogs(g *globals) *cobra.Command {
	var o app.LogOptions
	cmd := &cobra.Command{
		Use:   "logs [component]",
		Short: "Show the log of a component, or of labbox itself",
		Long:  "Show the log of a component as named by \"labbox status\"; without a name, of labbox itself.",
		Args:  args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			cfg, err := g.config()
			if err != nil {
				return err
			}
			if len(given) == 1 {
				o.Component = given[0]
			}
			return app.Connect(cfg).Logs(cmd.Context(), o, cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVarP(&o.Follow, "follow", "f", false, "go on until Ctrl-C")
	cmd.Flags().IntVar(&o.Tail, "tail", 0, "begin with the last N lines (0: all)")
	return cmd
}
