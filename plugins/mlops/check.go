package mlops

import (
	"context"
	"strings"

	"github.com/labbox/labbox/plugins/sdk"
)

// Check implements sdk.Module: MLflow must be healthy, say its version and let its
// registry be searched.
func (m *module) Check(ctx context.Context, t sdk.Target) (sdk.Health, error) {
	r := m.client.Round(t)
	e := r.Endpoint("mlflow")
	if _, err := m.client.Get(ctx, e, "/health"); r.Failed("MLflow", err) {
		return r.Health(), nil
	}
	version, err := m.client.Text(ctx, e, "/version")
	if r.Failed("MLflow", err) {
		return r.Health(), nil
	}
	if version == "" || strings.ContainsAny(version, "<{\n") {
		r.Fault("MLflow", "does not say its version at /version")
		return r.Health(), nil
	}
	r.Link("MLflow", "mlflow", "/")
	r.Signal(sdk.Signal{Name: "MLflow version", Text: version, OK: true})
	r.Fact("MLflow " + version)
	var models struct {
		List []struct {
			Name string `json:"name"`
		} `json:"registered_models"`
	}
	if !r.Failed("MLflow's registry", m.client.JSON(ctx, e, "/api/2.0/mlflow/registered-models/search?max_results=100", &models)) {
		r.Count("registered models", len(models.List), "")
	}
	return r.Health(), nil
}
