// Package platform is the trend module for platform engineering: the platform
// repository, from which the lab's golden path starts.
package platform

import (
	"context"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/probe"
)

const (
	name       = "platform"
	repository = "platform"
)

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
		Title:   sdk.Text{DE: "Platform Engineering", EN: "Platform engineering"},
		Description: sdk.Text{
			DE: "Aufbau interner Plattformen für Entwicklungsteams: Self-Service und Developer Experience auf dem Weg von der Vorlage zum laufenden Dienst.",
			EN: "Building internal platforms for development teams: self-service and developer experience on the way from a template to a running service.",
		},
		Needs:   []string{"gitops"},
		Sources: []sdk.Source{{Title: "Backstage", URL: "https://backstage.io/docs/overview/what-is-backstage"}},
	}, nil
}

// Plan implements sdk.Module. The platform itself lives in git, and Argo CD carries it
// out; the workbench is where the learner works on it.
func (m *module) Plan(_ context.Context, cfg sdk.Config) (sdk.Plan, error) {
	if err := cfg.RefuseUnknown(name); err != nil {
		return sdk.Plan{}, err
	}
	return sdk.Plan{Charts: []sdk.Chart{workbench(), backstage(cfg)}, Forwards: []sdk.Forward{backstageForward(cfg)}, Repositories: []sdk.Repository{{
		Name: repository,
		Description: sdk.Text{
			DE: "Die Plattform des Labs: Anwendungen, Umgebungen und der Katalog, deklarativ.",
			EN: "The lab's platform: applications, environments and the catalog, declared.",
		},
	}}}, nil
}

// Verify implements sdk.Module. The module has no lessons yet, so no steps either.
func (m *module) Verify(_ context.Context, _ sdk.Target, step sdk.StepID) (sdk.Verdict, error) {
	return sdk.Verdict{}, sdk.UnknownStep(name, step)
}
