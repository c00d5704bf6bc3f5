package gitops

import (
	"context"
	"fmt"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/probe"
)

// Check implements sdk.Module: git must list its repositories, Argo CD must be
// healthy and say its version.
func (m *module) Check(ctx context.Context, t sdk.Target) (sdk.Health, error) {
	r := m.client.Round(t)
	m.checkGit(ctx, r)
	m.checkArgoCD(ctx, r)
	r.Series(ctx, "applications", `count(argocd_app_info)`, "")
	r.Series(ctx, "applications in sync", `count(argocd_app_info{sync_status="Synced"})`, "")
	return r.Health(), nil
}

func (m *module) checkGit(ctx context.Context, r *probe.Round) {
	var repositories []struct {
		Name string `json:"name"`
	}
	if r.Failed("git", m.client.JSON(ctx, r.Endpoint("git"), "/api/v1/repos", &repositories)) {
		return
	}
	r.Link("Git", "git", "/")
	r.Count("repositories", len(repositories), "")
	r.Fact(fmt.Sprintf("git with %d repositories", len(repositories)))
}

func (m *module) checkArgoCD(ctx context.Context, r *probe.Round) {
	e := r.Endpoint("argocd")
	if _, err := m.client.Get(ctx, e, "/healthz"); r.Failed("Argo CD", err) {
		return
	}
	var version struct {
		Version string `json:"Version"`
	}
	if r.Failed("Argo CD", m.client.JSON(ctx, e, "/api/version", &version)) {
		return
	}
	if version.Version == "" {
		r.Fault("Argo CD", "does not say its version at /api/version")
		return
	}
	r.Link("Argo CD", "argocd", "/")
	r.Signal(sdk.Signal{Name: "Argo CD version", Text: version.Version, OK: true})
	r.Fact("Argo CD " + version.Version)
}
