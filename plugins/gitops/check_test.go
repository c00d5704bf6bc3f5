package gitops

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labbox/labbox/plugins/sdk"
)

// mustServe answers paths (with their query) as the real systems do.
func mustServe(t *testing.T, answers map[string]string) sdk.Endpoint {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, known := answers[r.URL.RequestURI()]
		if !known {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(srv.Close)
	return sdk.Endpoint{URL: srv.URL}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	git := map[string]string{"/api/v1/repos": `[{"name":"platform","head":"0123456789abcdef"},{"name":"x","head":""}]`}
	argo := map[string]string{"/healthz": "ok", "/api/version": `{"Version":"v3.4.13"}`}
	for name, c := range map[string]struct {
		endpoints map[string]map[string]string
		alive     bool
		message   string
		signal    sdk.Signal // one that must be among the signals
	}{
		"alive": {
			endpoints: map[string]map[string]string{
				"git":    git,
				"argocd": argo,
				"prometheus": {
					`/api/v1/query?query=count%28argocd_app_info%29`: `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"4"]}]}}`,
				},
			},
			alive: true, message: `git with 2 repositories, Argo CD v3.4.13`,
			signal: sdk.Signal{Name: "applications", Value: 4, OK: true},
		},
		"without Prometheus": {
			endpoints: map[string]map[string]string{
				"git":    git,
				"argocd": argo,
			},
			alive: true, message: `Argo CD v3.4.13`,
			signal: sdk.Signal{Name: "Argo CD version", Text: "v3.4.13", OK: true},
		},
		"no Argo CD": {
			endpoints: map[string]map[string]string{
				"git": git,
			},
			alive: false, message: `Argo CD is not there yet`,
		},
		"Argo CD without version": {
			endpoints: map[string]map[string]string{
				"git": git,
				"argocd": {
					`/healthz`:     `ok`,
					`/api/version`: `{}`,
				},
			},
			alive: false, message: `does not say its version`,
		},
		"git answers HTML": {
			endpoints: map[string]map[string]string{
				"git":    {"/api/v1/repos": `<html>`},
				"argocd": argo,
			},
			alive: false, message: `git answers GET /api/v1/repos with something`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := sdk.Target{Endpoints: map[string]sdk.Endpoint{}}
			for endpoint, answers := range c.endpoints {
				target.Endpoints[endpoint] = mustServe(t, answers)
			}
			h, err := New().Check(t.Context(), target)
			if err != nil {
				t.Fatal(err)
			}
			if h.Alive != c.alive || !strings.Contains(h.Message, c.message) {
				t.Errorf("health is %+v, not alive=%v with %q", h, c.alive, c.message)
			}
			if c.alive && len(h.Links) == 0 {
				t.Error("a trend that is alive has no link")
			}
			found := c.signal == sdk.Signal{}
			for _, s := range h.Signals {
				found = found || s == c.signal
			}
			if !found {
				t.Errorf("signals are %+v, without %+v", h.Signals, c.signal)
			}
		})
	}
}
