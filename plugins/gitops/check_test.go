package gitops

import (
	"testing"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/sdktest"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	git := map[string]string{"/api/v1/repos": `[{"name":"platform","head":"0123456789abcdef"},{"name":"x","head":""}]`}
	argo := map[string]string{"/healthz": "ok", "/api/version": `{"Version":"v3.4.13"}`}
	sdktest.Check(t, New(), map[string]sdktest.Case{
		"alive": {
			Answers: map[string]map[string]string{
				"git":    git,
				"argocd": argo,
				"prometheus": {
					`/api/v1/query?query=count%28argocd_app_info%29`: `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"4"]}]}}`,
				},
			},
			Alive: true, Message: `git with 2 repositories, Argo CD v3.4.13`,
			Signal: sdk.Signal{Name: "applications", Value: 4, OK: true},
		},
		"without Prometheus": {
			Answers: map[string]map[string]string{
				"git":    git,
				"argocd": argo,
			},
			Alive: true, Message: `Argo CD v3.4.13`,
			Signal: sdk.Signal{Name: "Argo CD version", Text: "v3.4.13", OK: true},
		},
		"no Argo CD": {
			Answers: map[string]map[string]string{
				"git": git,
			},
			Alive: false, Message: `Argo CD is not there yet`,
		},
		"Argo CD without version": {
			Answers: map[string]map[string]string{
				"git": git,
				"argocd": {
					`/healthz`:     `ok`,
					`/api/version`: `{}`,
				},
			},
			Alive: false, Message: `does not say its version`,
		},
		"git answers HTML": {
			Answers: map[string]map[string]string{
				"git":    {"/api/v1/repos": `<html>`},
				"argocd": argo,
			},
			Alive: false, Message: `git answers GET /api/v1/repos with something`,
		},
	})
}
