// Package gitops is the trend module for GitOps: a git server and Argo CD, and
// whether both do their work.
package gitops

import (
	"context"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/probe"
)

const name = "gitops"

// New returns the module.
func New() sdk.Module { return &module{client: probe.New()} }

type module struct {
	client *probe.Client
}

// Describe implements sdk.Module.
func (m *module) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{
		Name:    name,
		Version: "0.1.0",
		Title:   sdk.Text{DE: "GitOps", EN: "GitOps"},
		Description: sdk.Text{
			DE: "Deklarative Deployments mit Argo CD: Der gewünschte Zustand steht in Git, der Cluster folgt ihm. Prinzipien und Unterschiede zu klassischem CI/CD.",
			EN: "Declarative deployments with Argo CD: the desired state is in git, and the cluster follows it. Principles, and what differs from classic CI/CD.",
		},
		Panels: []sdk.Panel{{
			ID:    "applications",
			Title: sdk.Text{DE: "Synchrone Anwendungen", EN: "Applications in sync"},
			Query: `sum(argocd_app_info{sync_status="Synced"})`,
		}},
		Sources: []sdk.Source{{Title: "GitOps", URL: "https://www.gitops.tech"}},
	}, nil
}

// Plan implements sdk.Module. Argo CD comes after the git server it reads from.
func (m *module) Plan(_ context.Context, cfg sdk.Config) (sdk.Plan, error) {
	if err := cfg.RefuseUnknown(name); err != nil {
		return sdk.Plan{}, err
	}
	return sdk.Plan{
		Charts: []sdk.Chart{
			{Name: "git", Release: "git", Namespace: "git"},
			{Name: "argocd", Release: "argocd", Namespace: "argocd", Needs: []string{"git"}},
		},
		Forwards: []sdk.Forward{
			{
				Name: "git", Title: sdk.Text{DE: "Git-Server", EN: "Git server"},
				Namespace: "git", Service: "git", Port: 3000, HostPort: cfg.Port("git", 3000),
				Credentials: &sdk.Credentials{Namespace: "git", Secret: "git-credentials", UserKey: "username", PasswordKey: "password"},
			},
			{
				Name: "argocd", Title: sdk.Text{DE: "Argo CD", EN: "Argo CD"},
				Namespace: "argocd", Service: "argocd-server", Port: 80, HostPort: cfg.Port("argocd", 8081),
				Credentials: &sdk.Credentials{Namespace: "argocd", Secret: "argocd-initial-admin-secret", User: "admin", PasswordKey: "password"},
			},
		},
	}, nil
}

// Verify implements sdk.Module. The module has no lessons yet, so no steps either.
func (m *module) Verify(_ context.Context, _ sdk.Target, step sdk.StepID) (sdk.Verdict, error) {
	return sdk.Verdict{}, sdk.UnknownStep(name, step)
}
