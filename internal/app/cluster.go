package app

import (
	"context"
	"io"
	"log/slog"

	"github.com/labbox/labbox/internal/helm"
	"github.com/labbox/labbox/internal/kube"
	"github.com/labbox/labbox/internal/lab"
)

// Kubeconfig returns a kubeconfig for tools on this machine; CodeNotRunning when
// there is no cluster.
func Kubeconfig(cfg Config) ([]byte, error) { return readKubeconfig(cfg) }

// Kubectl runs kubectl's own command line against the lab and returns its exit
// code. In the workbench it has the learner's rights.
func Kubectl(cfg Config, args []string) (int, error) {
	if inWorkbench() {
		return kube.Kubectl("", args), nil
	}
	if _, err := readKubeconfig(cfg); err != nil {
		return 0, err
	}
	return kube.Kubectl(Paths{cfg.DataDir}.Kubeconfig(), args), nil
}

// Releases lists what Helm has installed.
func Releases(ctx context.Context, cfg Config) ([]lab.Release, error) {
	installer, err := reader(cfg)
	if err != nil {
		return nil, err
	}
	return installer.Releases(ctx)
}

// Release returns one release; an empty namespace means wherever it is.
func Release(ctx context.Context, cfg Config, namespace, name string) (lab.Release, error) {
	releases, err := Releases(ctx, cfg)
	if err != nil {
		return lab.Release{}, err
	}
	for _, r := range releases {
		if r.Name == name && (namespace == "" || namespace == r.Namespace) {
			return r, nil
		}
	}
	return lab.Release{}, lab.Errorf(lab.CodeNotFound, "All there are: labbox helm list", "there is no release %q", name)
}

// ReleaseValues returns the values a release was installed with.
func ReleaseValues(ctx context.Context, cfg Config, namespace, name string) (map[string]any, error) {
	r, err := Release(ctx, cfg, namespace, name)
	if err != nil {
		return nil, err
	}
	installer, err := reader(cfg)
	if err != nil {
		return nil, err
	}
	return installer.Values(ctx, r.Namespace, r.Name)
}

// reader is an Installer used for reading from the command line.
func reader(cfg Config) (*helm.Installer, error) {
	kubeconfig, err := readKubeconfig(cfg)
	if err != nil {
		return nil, err
	}
	return helm.New(helm.Options{
		Kubeconfig: func(context.Context) ([]byte, error) { return kubeconfig, nil },
		Log:        slog.New(slog.NewTextHandler(io.Discard, nil)),
	}), nil
}

// Credentials returns the generated logins, of one component when names has one.
func Credentials(ctx context.Context, cfg Config, names []string) ([]Credential, error) {
	path := "/api/v1/credentials"
	if len(names) > 0 {
		path += "/" + names[0]
	}
	var all []Credential
	return all, Connect(cfg).get(ctx, path, &all)
}
