package platform

import (
	"context"

	"github.com/labbox/labbox/plugins/sdk"
)

// Check implements sdk.Module: git must answer, for the platform lives there, and so
// must the developer platform. That
// the platform repository is not there yet, or empty, is where a learner begins: the
// trend is alive then, and the signal says that it is not well.
func (m *module) Check(ctx context.Context, t sdk.Target) (sdk.Health, error) {
	r := m.client.Round(t)
	var repositories []struct {
		Name string `json:"name"`
		Head string `json:"head"`
	}
	if r.Failed("git", m.client.JSON(ctx, r.Endpoint("git"), "/api/v1/repos", &repositories)) {
		return r.Health(), nil
	}
	var components []struct{}
	if r.Failed("the developer platform", m.client.JSON(ctx, r.Endpoint("backstage"), "/api/catalog/entities?filter=kind=component&fields=kind", &components)) {
		return r.Health(), nil
	}
	r.Link("Developer platform", "backstage", "/")
	r.Count("components", len(components), "")
	r.Link("Git", "git", "/")
	r.Count("repositories", len(repositories), "")
	for _, repo := range repositories {
		if repo.Name != repository {
			continue
		}
		r.Link("Platform repository", "git", "/"+repository)
		r.Signal(sdk.Signal{Name: "head commit", Text: repo.Head, OK: repo.Head != ""})
		if repo.Head == "" {
			r.Fact("the repository " + repository + " has no commit yet")
		} else {
			r.Fact("repository " + repository + " at " + short(repo.Head))
		}
		return r.Health(), nil
	}
	r.Signal(sdk.Signal{Name: "head commit"})
	r.Fact("the repository " + repository + " is not in git yet; \"labbox capstone run\" creates it")
	return r.Health(), nil
}

func short(commit string) string { return commit[:min(len(commit), 7)] }
