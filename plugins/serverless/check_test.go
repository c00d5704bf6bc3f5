package serverless

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
	for name, c := range map[string]struct {
		endpoints map[string]map[string]string
		alive     bool
		message   string
		signal    sdk.Signal // one that must be among the signals
	}{
		"alive": {
			endpoints: map[string]map[string]string{
				"gateway": {
					`/healthz`: ``,
				},
				"prometheus": {
					`/api/v1/query?query=sum%28increase%28gateway_function_invocation_total%5B1h%5D%29%29`: `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"7"]}]}}`,
				},
			},
			alive: true, message: `function gateway healthy`,
			signal: sdk.Signal{Name: "calls in the last hour", Value: 7, OK: true},
		},
		"something else listens": {
			endpoints: map[string]map[string]string{
				"gateway": {},
			},
			alive: false, message: `the gateway answers GET /healthz with 404`,
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

func TestCheckListsFunctionsWithALogin(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); r.URL.Path == "/system/functions" && password != "right" {
			http.Error(w, "invalid credentials", http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`[{"name":"classify"}]`))
	}))
	t.Cleanup(srv.Close)
	for password, want := range map[string]string{"right": "1 functions", "wrong": "401 Unauthorized"} {
		target := sdk.Target{Endpoints: map[string]sdk.Endpoint{"gateway": {URL: srv.URL, User: "admin", Password: password}}}
		h, err := New().Check(t.Context(), target)
		if err != nil || h.Alive != (password == "right") || !strings.Contains(h.Message, want) {
			t.Errorf("with the %s password: %+v, %v", password, h, err)
		}
	}
}
