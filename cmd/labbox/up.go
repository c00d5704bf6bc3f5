package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

func newUp(g *globals) *cobra.Command {
	var (
		foreground bool
		listen     string
	)
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start the lab, or go on where an earlier start ended",
		Long: "Start the lab and return when all of it is ready; it goes on running in the background.\n" +
			"The dashboard shows the start live. Ctrl-C stops the lab; the next \"labbox up\" goes on from there.",
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if listen != "" {
				g.sets = append(g.sets, "remote.listen="+strconv.Quote(listen))
			}
			cfg, err := g.config()
			if err != nil {
				return err
			}
			if foreground {
				return stay(cmd.Context(), cfg, cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			return up(cmd.Context(), cfg, g.childFlags(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&foreground, "foreground", false, "stay in the foreground until Ctrl-C")
	cmd.Flags().StringVar(&listen, "listen", "", "open the dashboard to a network, too: ADDRESS[:PORT], with a password and TLS")
	return cmd
}

// childFlags repeats the global flags for the background process.
func (g *globals) childFlags() []string {
	var flags []string
	if g.configFile != "" {
		flags = append(flags, "--config", g.configFile)
	}
	if g.dataDir != "" {
		flags = append(flags, "--data-dir", g.dataDir)
	}
	for _, set := range g.sets {
		flags = append(flags, "--set", set)
	}
	return flags
}

// up starts the background process and follows its events until all is ready.
func up(ctx context.Context, cfg app.Config, flags []string, out io.Writer) error {
	fmt.Fprintf(out, "labbox %s · state in %s · dashboard http://%s:%d\n", version, cfg.DataDir, cfg.Listen, cfg.Ports.Dashboard)
	err := withPrinter(out, func(observe func(lab.Event)) error {
		return app.Up(ctx, app.UpOptions{Config: cfg, Version: version, Flags: flags, Observe: observe})
	})
	if err != nil {
		return err
	}
	return printLinks(ctx, cfg, out)
}

// stay runs the lab in this process.
func stay(ctx context.Context, cfg app.Config, out, errOut io.Writer) error {
	return withPrinter(out, func(observe func(lab.Event)) error {
		return app.Foreground(ctx, app.ForegroundOptions{
			Config: cfg, Version: version, Observe: observe,
			Log: slog.New(slog.NewTextHandler(errOut, nil)),
			Live: func(ctx context.Context) {
				if err := printLinks(ctx, cfg, out); err != nil {
					slog.Warn("print links", "error", err)
				}
			},
		})
	})
}

// withPrinter shows the events of work on out while it goes on.
func withPrinter(out io.Writer, work func(observe func(lab.Event)) error) error {
	p := newPrinter(out)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		p.Run(stop)
	}()
	err := work(p.Event)
	close(stop)
	<-stopped
	return err
}

func printLinks(ctx context.Context, cfg app.Config, out io.Writer) error {
	links, err := app.Connect(cfg).Links(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "\nThe lab is ready:")
	for _, l := range links {
		login := ""
		if l.User != "" {
			login = fmt.Sprintf("   user %s, password: labbox credentials %s", l.User, l.ID)
		}
		fmt.Fprintf(out, "  %-16s %s%s\n", l.Name, l.URL, login)
	}
	fmt.Fprintln(out, "\nNext: labbox open   ·   labbox capstone run   ·   labbox status   ·   labbox kubectl get pods -A   ·   labbox down")
	return nil
}
