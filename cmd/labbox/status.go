package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

// outputFlag adds -o text|json to cmd.
func outputFlag(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVarP(value, "output", "o", "text", "how to print: text or json")
}

// wantJSON checks the value of -o.
func wantJSON(cmd *cobra.Command, value string) (bool, error) {
	switch value {
	case "json":
		return true, nil
	case "text":
		return false, nil
	}
	return false, usageError(cmd, fmt.Sprintf("-o %s: only text and json are known", value))
}

func printJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// reading completes cmd: it takes -o, reads one thing of the lab and prints it as
// JSON, or as text by print.
func reading[T any](g *globals, cmd *cobra.Command, read func(ctx context.Context, cfg app.Config, given []string) (T, error),
	print func(out io.Writer, v T) error) *cobra.Command {
	var output string
	cmd.RunE = func(cmd *cobra.Command, given []string) error {
		asJSON, err := wantJSON(cmd, output)
		if err != nil {
			return err
		}
		cfg, err := g.config()
		if err != nil {
			return err
		}
		v, err := read(cmd.Context(), cfg, given)
		if err != nil {
			return err
		}
		if asJSON {
			return printJSON(cmd.OutOrStdout(), v)
		}
		return print(cmd.OutOrStdout(), v)
	}
	outputFlag(cmd, &output)
	return cmd
}

func newStatus(g *globals) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show every component; exit 0 only when all of them are ready",
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
			st, err := app.Connect(cfg).Status(cmd.Context())
			if err != nil && lab.AsError(err).Code != lab.CodeNotRunning {
				return err
			}
			if asJSON {
				if perr := printJSON(cmd.OutOrStdout(), st); perr != nil {
					return perr
				}
			} else if err == nil {
				printStatus(cmd.OutOrStdout(), st)
			}
			if err != nil {
				return err
			}
			return unready(st)
		},
	}
	outputFlag(cmd, &output)
	return cmd
}

// unready returns an error naming what is not ready, nil when all is.
func unready(st lab.Status) error {
	if st.Ready {
		return nil
	}
	waiting := 0
	for _, c := range st.Components {
		if !c.Ready {
			waiting++
		}
	}
	return lab.Errorf(lab.CodeNotReady, "What a component does: labbox logs COMPONENT",
		"the lab is not ready: %d of %d components are not (phase %s)", waiting, len(st.Components), st.Phase)
}

func printStatus(out io.Writer, st lab.Status) {
	w := tabwriter.NewWriter(out, 2, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAMESPACE\tNAME\tREADY\tVERSION\tMEMORY\tURL\tMESSAGE")
	for _, c := range st.Components {
		ready := "no"
		if c.Ready {
			ready = "yes"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Namespace, c.Name, ready, c.Version, mebibytes(c.MemoryBytes), c.URL, c.Message)
	}
	_ = w.Flush()
}

func mebibytes(n int64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%d MiB", (n+1<<19)>>20)
}
