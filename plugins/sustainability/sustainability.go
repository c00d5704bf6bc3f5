// Package sustainability is the trend module for sustainability and efficiency:
// Prometheus and the energy exporter, and whether both do their work.
package sustainability

import (
	"context"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/probe"
)

const name = "sustainability"

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
		Title:   sdk.Text{DE: "Nachhaltigkeit & Effizienz", EN: "Sustainability and efficiency"},
		Description: sdk.Text{
			DE: "Green IT und effiziente Ressourcennutzung: Energie messen, Verbrauchern zuordnen und senken, mit Prometheus und Energie-Metriken je Pod.",
			EN: "Green IT and the efficient use of resources: measure energy, attribute it and lower it, with Prometheus and energy metrics per pod.",
		},
		Panels: []sdk.Panel{{
			ID:    "power",
			Title: sdk.Text{DE: "Leistung des Labs", EN: "Power of the lab"},
			Query: `sum(kepler_node_cpu_watts)`,
			Unit:  "W",
		}},
		Sources: []sdk.Source{{Title: "Green Coding", URL: "https://www.green-coding.berlin"}},
	}, nil
}

// Plan implements sdk.Module. The exporter comes after the Prometheus that reads it.
func (m *module) Plan(_ context.Context, cfg sdk.Config) (sdk.Plan, error) {
	if err := cfg.RefuseUnknown(name); err != nil {
		return sdk.Plan{}, err
	}
	return sdk.Plan{
		Charts: []sdk.Chart{
			{Name: "prometheus", Release: "prometheus", Namespace: "monitoring"},
			{Name: "energy", Release: "energy", Namespace: "monitoring", Needs: []string{"prometheus"}},
		},
		Forwards: []sdk.Forward{{
			Name: "prometheus", Title: sdk.Text{DE: "Prometheus", EN: "Prometheus"},
			Namespace: "monitoring", Service: "prometheus", Port: 9090, HostPort: cfg.Port("prometheus", 9090),
		}},
	}, nil
}

// Verify implements sdk.Module. The module has no lessons yet, so no steps either.
func (m *module) Verify(_ context.Context, _ sdk.Target, step sdk.StepID) (sdk.Verdict, error) {
	return sdk.Verdict{}, sdk.UnknownStep(name, step)
}
