package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
)

func newVersion() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the versions of labbox and of what it carries",
		Args:  args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			asJSON, err := wantJSON(cmd, output)
			if err != nil {
				return err
			}
			v := app.Versions(version)
			if asJSON {
				return printJSON(cmd.OutOrStdout(), v)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "labbox %s\nKubernetes %s\n%s\n", v.Labbox, v.Kubernetes, v.Go)
			return nil
		},
	}
	outputFlag(cmd, &output)
	return cmd
}
