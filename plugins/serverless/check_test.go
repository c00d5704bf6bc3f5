package serverless

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/sdktest"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	sdktest.Check(t, New(), map[string]sdktest.Case{
		"alive": {
			Answers: map[string]map[string]string{
				"gateway": {
					`/healthz`: ``,
				},
				"prometheus": {
					`/api/v1/query?query=sum%28increase%28gateway_function_invocation_total%5B1h%5D%29%29`: `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"7"]}]}}`,
				},
			},
			Alive: true, Message: `function gateway healthy`,
			Signal: sdk.Signal{Name: "calls in the last hour", Value: 7, OK: true},
		},
		"something else listens": {
			Answers: map[string]map[string]string{
				"gateway": {},
			},
			Alive: false, Message: `the gateway answers GET /healthz with 404`,
		},
	})
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
