// Package mlops is the trend module for MLOps: MLflow as tracking server and model
// registry, and whether it does its work.
package mlops

import (
	"context"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/probe"
)

const name = "mlops"

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
		Title:   sdk.Text{DE: "MLOps", EN: "MLOps"},
		Description: sdk.Text{
			DE: "Integration von Machine Learning in DevOps-Prozesse: Pipeline-Automatisierung, Registry und Modellbereitstellung mit MLflow.",
			EN: "Machine learning as part of DevOps: automated pipelines, a registry and the serving of models, with MLflow.",
		},
		Sources: []sdk.Source{{Title: "MLflow", URL: "https://mlflow.org/docs/latest/index.html"}},
	}, nil
}

// Plan implements sdk.Module.
func (m *module) Plan(_ context.Context, cfg sdk.Config) (sdk.Plan, error) {
	if err := cfg.RefuseUnknown(name); err != nil {
		return sdk.Plan{}, err
	}
	return sdk.Plan{
		Charts: []sdk.Chart{{Name: "mlflow", Release: "mlflow", Namespace: "mlops"}},
		Forwards: []sdk.Forward{{
			Name: "mlflow", Title: sdk.Text{DE: "MLflow", EN: "MLflow"},
			Namespace: "mlops", Service: "mlflow", Port: 5000, HostPort: cfg.Port("mlflow", 5000),
		}},
	}, nil
}

// Verify implements sdk.Module. The lessons are checked by their own expressions, so
// there are no steps.
func (m *module) Verify(_ context.Context, _ sdk.Target, step sdk.StepID) (sdk.Verdict, error) {
	return sdk.Verdict{}, sdk.UnknownStep(name, step)
}
