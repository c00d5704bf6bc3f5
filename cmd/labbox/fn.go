package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

// readyWithin bounds the wait for deployed functions.
const readyWithin = 2 * time.Minute

func newFn(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fn",
		Short: "Functions: write, build without Docker, deploy, call",
		Long: "Functions in Python, Node and Go. Stack files of OpenFaaS are read as they are, and faas-cli works too.\n\n" +
			"  labbox fn new hello --lang python   make hello/ and stack.yaml\n" +
			"  labbox fn up                        build and deploy what stack.yaml names\n" +
			"  echo you | labbox fn invoke hello",
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newFnNew(), newFnBuild(g), newFnDeploy(g), newFnUp(g), newFnList(g), newFnInvoke(g), newFnLogs(g), newFnRemove(g), newFnTemplates(g))
	return cmd
}

func newFnNew() *cobra.Command {
	var file, lang string
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Make the folder of a new function and its entry in the stack file",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			files, err := app.FnNew(file, given[0], lang)
			if err != nil {
				return err
			}
			for _, name := range files {
				fmt.Fprintf(cmd.OutOrStdout(), "  %s\n", name)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Next: labbox fn up %s\n", given[0])
			return nil
		},
	}
	cmd.Flags().StringVarP(&file, "file", "f", app.StackFile, "stack file")
	cmd.Flags().StringVar(&lang, "lang", "python", "python, node, go, or the name of an OpenFaaS template")
	return cmd
}

func newFnTemplates(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "templates [DIR]",
		Short: "Write templates for faas-cli that the lab builds without Docker",
		Args:  args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			cfg, err := g.config()
			if err != nil {
				return err
			}
			dir, err := app.FnTemplates(strings.Join(given, ""))
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "  %s\nNext: faas-cli new hello --lang python3-http\n", dir)
			fmt.Fprintf(out, "      faas-cli publish -f stack.yaml --remote-builder http://%s:%d --payload-secret %s\n", cfg.Listen, cfg.Ports.Dashboard, app.BuilderSecret(cfg))
			return nil
		},
	}
}

// selectFlags adds what chooses functions of a stack file.
func selectFlags(cmd *cobra.Command, s *app.FnSelect, building bool) {
	cmd.Flags().StringVarP(&s.File, "file", "f", app.StackFile, "stack file")
	if !building {
		return
	}
	cmd.Flags().StringVar(&s.Wheels, "wheels", "", "folder with wheels (default: wheels/ in the function's folder)")
	cmd.Flags().StringVar(&s.Npm, "npm", "", "folder with npm packages (default: npm/ in the function's folder)")
	cmd.Flags().StringToStringVar(&s.BuildArgs, "build-arg", nil, "a build argument, NAME=VALUE")
}

func newFnBuild(g *globals) *cobra.Command {
	s := app.FnSelect{}
	cmd := &cobra.Command{Use: "build [NAME...]", Short: "Turn functions of the stack file into images in the cluster", Args: cobra.ArbitraryArgs}
	selectFlags(cmd, &s, true)
	return reading(g, cmd, func(ctx context.Context, cfg app.Config, given []string) ([]app.FnImage, error) {
		s.Names, s.Say = given, sayTo(cmd.ErrOrStderr())
		return app.Connect(cfg).FnBuild(ctx, s)
	}, printImages)
}

func sayTo(out io.Writer) func(string) {
	return func(line string) { fmt.Fprintf(out, "  %s\n", line) }
}

func printImages(out io.Writer, images []app.FnImage) error {
	for _, i := range images {
		fmt.Fprintf(out, "✓ %s  %s  %.1f s\n", i.Function, i.Image, i.Seconds)
	}
	return nil
}

func newFnDeploy(g *globals) *cobra.Command {
	s, wait := app.FnSelect{}, true
	cmd := &cobra.Command{Use: "deploy [NAME...]", Short: "Deploy functions of the stack file", Args: cobra.ArbitraryArgs}
	selectFlags(cmd, &s, false)
	cmd.Flags().BoolVar(&wait, "wait", true, "wait until they are ready")
	return reading(g, cmd, func(ctx context.Context, cfg app.Config, given []string) ([]app.FnDeployed, error) {
		s.Names, s.Say = given, sayTo(cmd.ErrOrStderr())
		return deploy(ctx, app.Connect(cfg), s, wait)
	}, printDeployed)
}

func deploy(ctx context.Context, remote *app.Remote, s app.FnSelect, wait bool) ([]app.FnDeployed, error) {
	deployed, err := remote.FnDeploy(ctx, s)
	if err == nil && wait {
		err = remote.FnAwait(ctx, deployed, readyWithin)
	}
	return deployed, err
}

func printDeployed(out io.Writer, all []app.FnDeployed) error {
	for _, d := range all {
		what := "updated"
		if d.Created {
			what = "created"
		}
		fmt.Fprintf(out, "✓ %s  %s  %s\n", d.Function, what, d.URL)
	}
	return nil
}

func newFnUp(g *globals) *cobra.Command {
	s := app.FnSelect{}
	cmd := &cobra.Command{Use: "up [NAME...]", Short: "Build and deploy functions of the stack file", Args: cobra.ArbitraryArgs}
	selectFlags(cmd, &s, true)
	return reading(g, cmd, func(ctx context.Context, cfg app.Config, given []string) ([]app.FnDeployed, error) {
		s.Names, s.Say = given, sayTo(cmd.ErrOrStderr())
		remote := app.Connect(cfg)
		images, err := remote.FnBuild(ctx, s)
		if err != nil {
			return nil, err
		}
		if err := printImages(cmd.ErrOrStderr(), images); err != nil {
			return nil, err
		}
		s.Say = nil // the stack file's warnings have been told
		return deploy(ctx, remote, s, true)
	}, printDeployed)
}

func newFnList(g *globals) *cobra.Command {
	var namespace string
	cmd := &cobra.Command{Use: "list", Short: "List the functions", Args: args(cobra.NoArgs)}
	cmd.Flags().StringVarP(&namespace, "namespace", "n", "", "namespace (default openfaas-fn)")
	return reading(g, cmd, func(ctx context.Context, cfg app.Config, _ []string) ([]app.Function, error) {
		return app.Connect(cfg).FnList(ctx, namespace)
	}, func(out io.Writer, all []app.Function) error {
		w := tabwriter.NewWriter(out, 2, 4, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tREADY\tCALLS\tIMAGE\tCREATED")
		for _, f := range all {
			fmt.Fprintf(w, "%s\t%d/%d\t%.0f\t%s\t%s\n", f.Name, f.AvailableReplicas, f.Replicas, f.InvocationCount, f.Image, f.CreatedAt.Format("2006-01-02 15:04:05"))
		}
		return w.Flush()
	})
}

func newFnRemove(g *globals) *cobra.Command {
	var file, namespace string
	var keep bool
	cmd := &cobra.Command{
		Use:   "remove NAME...",
		Short: "Remove functions and the images that were built for them",
		Long:  "Remove the named functions, or with -f those of a stack file.",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, given []string) error {
			if len(given) == 0 && file == "" {
				return usageError(cmd, "name a function, or a stack file with -f")
			}
			cfg, err := g.config()
			if err != nil {
				return err
			}
			if file != "" {
				if given, err = app.FnNames(app.FnSelect{File: file, Names: given}); err != nil {
					return err
				}
			}
			return app.Connect(cfg).FnRemove(cmd.Context(), given, namespace, keep)
		},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "stack file")
	cmd.Flags().StringVarP(&namespace, "namespace", "n", "", "namespace (default openfaas-fn)")
	cmd.Flags().BoolVar(&keep, "keep-images", false, "leave the images")
	return cmd
}

// pair splits "name: value" or "name=value" of a flag.
func pair(cmd *cobra.Command, flag, text, separator string) (name, value string, err error) {
	name, value, ok := strings.Cut(text, separator)
	if !ok || strings.TrimSpace(name) == "" {
		return "", "", usageError(cmd, fmt.Sprintf("--%s %q is not of the form name%svalue", flag, text, separator))
	}
	return strings.TrimSpace(name), strings.TrimSpace(value), nil
}

// deadline reads how far back a log begins.
func deadline(since string) (time.Time, error) {
	if since == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(since); err == nil && d > 0 {
		return time.Now().Add(-d), nil
	}
	if t, err := time.Parse(time.RFC3339, since); err == nil {
		return t, nil
	}
	return time.Time{}, lab.Errorf(lab.CodeUsage, "For example --since 10m, or --since 2026-01-31T12:00:00Z", "--since %q is no time", since)
}
