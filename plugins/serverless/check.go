package serverless

import (
	"context"
	"fmt"

	"github.com/labbox/labbox/plugins/sdk"
)

// Check implements sdk.Module: the gateway must be healthy and, where the target
// has its login, list the functions.
func (m *module) Check(ctx context.Context, t sdk.Target) (sdk.Health, error) {
	r := m.client.Round(t)
	e := r.Endpoint("gateway")
	if _, err := m.client.Get(ctx, e, "/healthz"); r.Failed("the gateway", err) {
		return r.Health(), nil
	}
	r.Link("Function gateway", "gateway", "/ui/")
	r.Fact("function gateway healthy")
	if e.User != "" {
		var functions []struct {
			Name string `json:"name"`
		}
		if !r.Failed("the gateway", m.client.JSON(ctx, e, "/system/functions", &functions)) {
			r.Count("functions", len(functions), "")
			r.Fact(fmt.Sprintf("%d functions", len(functions)))
		}
	}
	r.Series(ctx, "calls in the last hour", `sum(increase(gateway_function_invocation_total[1h]))`, "")
	return r.Health(), nil
}
