package sustainability

import (
	"context"
	"fmt"

	"github.com/labbox/labbox/plugins/sdk"
)

// Check implements sdk.Module: Prometheus must be ready, and must hold a power
// reading of the energy exporter.
func (m *module) Check(ctx context.Context, t sdk.Target) (sdk.Health, error) {
	r := m.client.Round(t)
	e := r.Endpoint("prometheus")
	if _, err := m.client.Get(ctx, e, "/-/ready"); r.Failed("Prometheus", err) {
		return r.Health(), nil
	}
	r.Link("Prometheus", "prometheus", "/")
	watts, found, err := m.client.Scalar(ctx, e, `sum(kepler_node_cpu_watts)`)
	switch {
	case r.Failed("Prometheus", err):
	case !found:
		r.Fault("the energy exporter", "has left no kepler_node_cpu_watts in Prometheus yet")
	default:
		r.Signal(sdk.Signal{Name: "power", Value: watts, Unit: "W", OK: true})
		r.Fact(fmt.Sprintf("Prometheus ready, the lab draws %.1f W", watts))
	}
	r.Series(ctx, "scrape targets up", `count(up == 1)`, "")
	return r.Health(), nil
}
