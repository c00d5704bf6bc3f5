package platform

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
	catalog := map[string]string{"/api/catalog/entities?filter=kind=component&fields=kind": `[{"kind":"Component"}]`}
	for name, c := range map[string]struct {
		endpoints map[string]map[string]string
		alive     bool
		message   string
		signal    sdk.Signal // one that must be among the signals
	}{
		"alive": {
			endpoints: map[string]map[string]string{
				"backstage": catalog,
				"git": {
					`/api/v1/repos`: `[{"name":"platform","head":"0123456789abcdef"},{"name":"x","head":""}]`,
				},
			},
			alive: true, message: `repository platform at 0123456`,
			signal: sdk.Signal{Name: "head commit", Text: "0123456789abcdef", OK: true},
		},
		"not seeded": {
			endpoints: map[string]map[string]string{
				"backstage": catalog,
				"git": {
					`/api/v1/repos`: `[]`,
				},
			},
			alive: true, message: `is not in git yet`,
			signal: sdk.Signal{Name: "head commit"},
		},
		"empty repository": {
			endpoints: map[string]map[string]string{
				"backstage": catalog,
				"git": {
					`/api/v1/repos`: `[{"name":"platform"}]`,
				},
			},
			alive: true, message: `has no commit yet`,
		},
		"components": {
			endpoints: map[string]map[string]string{"git": {"/api/v1/repos": "[]"}, "backstage": catalog},
			alive:     true, signal: sdk.Signal{Name: "components", Value: 1, OK: true},
		},
		"no git":      {message: "git is not there yet"},
		"no platform": {endpoints: map[string]map[string]string{"git": {"/api/v1/repos": "[]"}}, message: "the developer platform is not there yet"},
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
