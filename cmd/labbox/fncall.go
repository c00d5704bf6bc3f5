package main

import (
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
)

func newFnInvoke(g *globals) *cobra.Command {
	var call app.FnCall
	var data, query string
	var headers []string
	cmd := &cobra.Command{
		Use:   "invoke NAME",
		Short: "Call a function with standard input as the body, and print its answer",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			call.Name, call.Query, call.Header = given[0], query, http.Header{}
			for _, h := range headers {
				name, value, err := pair(cmd, "header", h, ":")
				if err != nil {
					return err
				}
				call.Header.Add(name, value)
			}
			if call.Body = bodyOf(cmd, data); call.Body == nil && call.Method == "" {
				call.Body = strings.NewReader("")
			}
			cfg, err := g.config()
			if err != nil {
				return err
			}
			return app.Connect(cfg).FnInvoke(cmd.Context(), call, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&data, "data", "d", "", "the body, instead of standard input")
	flags.StringVarP(&call.Method, "method", "X", "", "method (default POST)")
	flags.StringVar(&call.Path, "path", "", "path that the function sees")
	flags.StringVar(&query, "query", "", "query that the function sees, a=b&c=d")
	flags.StringArrayVarP(&headers, "header", "H", nil, "a header, \"Name: value\"")
	flags.StringVarP(&call.Namespace, "namespace", "n", "", "namespace (default openfaas-fn)")
	flags.BoolVarP(&call.Async, "async", "a", false, "put the call into the queue and return")
	return cmd
}

// bodyOf is the body of a call: the flag, or standard input unless that is a terminal.
func bodyOf(cmd *cobra.Command, data string) io.Reader {
	if cmd.Flags().Changed("data") {
		return strings.NewReader(data)
	}
	in := cmd.InOrStdin()
	if f, ok := in.(*os.File); ok {
		if st, err := f.Stat(); err != nil || st.Mode()&os.ModeCharDevice != 0 {
			return nil
		}
	}
	return in
}

func newFnLogs(g *globals) *cobra.Command {
	var q app.FnLogQuery
	var since string
	cmd := &cobra.Command{
		Use:   "logs NAME",
		Short: "Show the log of a function",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			q.Name = given[0]
			var err error
			if q.Since, err = deadline(since); err != nil {
				return err
			}
			cfg, err := g.config()
			if err != nil {
				return err
			}
			return app.Connect(cfg).FnLogs(cmd.Context(), q, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&q.Follow, "follow", "f", false, "go on until Ctrl-C")
	flags.IntVar(&q.Tail, "tail", 0, "begin with the last N lines (0: all)")
	flags.StringVar(&since, "since", "", "begin so long ago (10m), or at a time (2026-01-31T12:00:00Z)")
	flags.StringVar(&q.Instance, "instance", "", "of one replica only")
	flags.StringVarP(&q.Namespace, "namespace", "n", "", "namespace (default openfaas-fn)")
	return cmd
}
