package mlops

import (
	"testing"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/sdktest"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	sdktest.Check(t, New(), map[string]sdktest.Case{
		"alive": {
			Answers: map[string]map[string]string{
				"mlflow": {
					`/health`:  `OK`,
					`/version`: `3.17.2`,
					`/api/2.0/mlflow/registered-models/search?max_results=100`: `{"registered_models":[{"name":"digits"}]}`,
				},
			},
			Alive: true, Message: `MLflow 3.17.2`,
			Signal: sdk.Signal{Name: "registered models", Value: 1, OK: true},
		},
		"no models yet": {
			Answers: map[string]map[string]string{
				"mlflow": {
					`/health`:  `OK`,
					`/version`: `3.17.2`,
					`/api/2.0/mlflow/registered-models/search?max_results=100`: `{}`,
				},
			},
			Alive: true, Message: `MLflow 3.17.2`,
			Signal: sdk.Signal{Name: "registered models", OK: true},
		},
		"registry broken": {
			Answers: map[string]map[string]string{
				"mlflow": {
					`/health`:  `OK`,
					`/version`: `3.17.2`,
				},
			},
			Alive: false, Message: `MLflow's registry answers`,
		},
		"something else listens": {
			Answers: map[string]map[string]string{
				"mlflow": {
					`/health`:  `OK`,
					`/version`: `<html>`,
				},
			},
			Alive: false, Message: `does not say its version`,
		},
	})
}
