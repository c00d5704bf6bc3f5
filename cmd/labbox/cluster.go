package main

import (
	"context"
	"fmt"
	"io"
	"sort"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

func newKubectl(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:                "kubectl [args...]",
		Short:              "Kubernetes' own command line, against the lab",
		Long:               "Everything after \"kubectl\" is kubectl's; labbox' own flags stand before it:\n  labbox --data-dir DIR kubectl get pods -A",
		DisableFlagParsing: true,
		RunE: func(_ *cobra.Command, given []string) error {
			cfg, err := g.config()
			if err != nil {
				return err
			}
			code, err := app.Kubectl(cfg, given)
			if err != nil {
				return err
			}
			if code != 0 {
				return exitCode(code)
			}
			return nil
		},
	}
}

func newKubeconfig(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "kubeconfig",
		Short: "Print a kubeconfig for other tools on this machine",
		Args:  args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := g.config()
			if err != nil {
				return err
			}
			data, err := app.Kubeconfig(cfg)
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(data)
			return err
		},
	}
}

func newHelm(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "helm",
		Short: "Look at what Helm has installed",
		Args:  noCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	get := &cobra.Command{Use: "get", Short: "Read a release", Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	get.AddCommand(newHelmValues(g))
	cmd.AddCommand(newHelmList(g), newHelmStatus(g), get)
	return cmd
}

func newHelmList(g *globals) *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "List all releases", Args: args(cobra.NoArgs)}
	return reading(g, cmd, func(ctx context.Context, cfg app.Config, _ []string) ([]lab.Release, error) {
		return app.Releases(ctx, cfg)
	}, printReleases)
}

func printReleases(out io.Writer, releases []lab.Release) error {
	w := tabwriter.NewWriter(out, 2, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tNAMESPACE\tREVISION\tSTATUS\tCHART\tAPP VERSION\tUPDATED")
	for _, r := range releases {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s-%s\t%s\t%s\n", r.Name, r.Namespace, r.Revision, r.Status,
			r.Chart, r.ChartVersion, r.AppVersion, r.Updated.Format("2006-01-02 15:04:05"))
	}
	return w.Flush()
}

// releaseCommand is a command on one release that prints YAML.
func releaseCommand(g *globals, use, short string, read func(*cobra.Command, app.Config, string, string) (any, error)) *cobra.Command {
	var namespace string
	cmd := &cobra.Command{
		Use:   use + " RELEASE",
		Short: short,
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			cfg, err := g.config()
			if err != nil {
				return err
			}
			v, err := read(cmd, cfg, namespace, given[0])
			if err != nil {
				return err
			}
			data, err := yaml.Marshal(v)
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(data)
			return err
		},
	}
	cmd.Flags().StringVarP(&namespace, "namespace", "n", "", "namespace of the release (default: wherever it is)")
	return cmd
}

func newHelmStatus(g *globals) *cobra.Command {
	return releaseCommand(g, "status", "Show one release",
		func(cmd *cobra.Command, cfg app.Config, namespace, name string) (any, error) {
			return app.Release(cmd.Context(), cfg, namespace, name)
		})
}

func newHelmValues(g *globals) *cobra.Command {
	return releaseCommand(g, "values", "Show the values a release was installed with",
		func(cmd *cobra.Command, cfg app.Config, namespace, name string) (any, error) {
			return app.ReleaseValues(cmd.Context(), cfg, namespace, name)
		})
}

func newCredentials(g *globals) *cobra.Command {
	cmd := &cobra.Command{Use: "credentials [component]", Short: "Print the generated user names and passwords", Args: args(cobra.MaximumNArgs(1))}
	return reading(g, cmd, app.Credentials, printCredentials)
}

func printCredentials(out io.Writer, all []app.Credential) error {
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	for _, c := range all {
		fmt.Fprintf(out, "%s\n  user      %s\n  password  %s\n", c.ID, c.User, c.Password)
	}
	return nil
}
