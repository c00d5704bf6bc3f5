package probe

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labbox/labbox/plugins/sdk"
)

func mustServe(t *testing.T, status int, body string) sdk.Endpoint {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "u" || password != "p" {
			t.Errorf("login is %q %q", user, password)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(srv.Close)
	return sdk.Endpoint{URL: srv.URL, User: "u", Password: "p"}
}

func TestScalar(t *testing.T) {
	t.Parallel()
	vector := func(values ...string) string {
		var result []string
		for _, v := range values {
			result = append(result, `{"metric":{},"value":[1700000000.5,"`+v+`"]}`)
		}
		return `{"status":"success","data":{"resultType":"vector","result":[` + strings.Join(result, ",") + `]}}`
	}
	for name, c := range map[string]struct {
		status int
		body   string
		value  float64
		found  bool
		fault  string
	}{
		"a number":    {200, vector("12.5"), 12.5, true, ""},
		"no series":   {200, vector(), 0, false, ""},
		"not defined": {200, vector("NaN"), 0, false, ""},
		"two series":  {200, vector("1", "2"), 0, false, "with 2 series, not one"},
		"no number":   {200, vector("x"), 0, false, "is no number"},
		"refused":     {200, `{"status":"error","error":"parse error"}`, 0, false, "refuses the query up: parse error"},
		"status":      {503, "busy", 0, false, "503 Service Unavailable"},
		"no JSON":     {200, "<html>", 0, false, "not the expected JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			value, found, err := New().Scalar(t.Context(), mustServe(t, c.status, c.body), "up")
			if value != c.value || found != c.found || (err == nil) != (c.fault == "") {
				t.Fatalf("Scalar returns %v, %v, %v", value, found, err)
			}
			if err != nil && !strings.Contains(err.Error(), c.fault) {
				t.Errorf("error is %q, not %q", err, c.fault)
			}
		})
	}
}

func TestRoundGathersFaults(t *testing.T) {
	t.Parallel()
	r := New().Round(sdk.Target{Endpoints: map[string]sdk.Endpoint{"a": {URL: "http://a"}}})
	r.Link("A", "a", "/x")
	r.Link("B", "b", "/x") // not there: no link
	r.Fact("A 1")
	r.Fact("B 2")
	if h := r.Health(); !h.Alive || h.Message != "A 1, B 2" || len(h.Links) != 1 || h.Links[0].URL != "http://a/x" {
		t.Errorf("health is %+v", h)
	}
	r.Fault("A", "is down")
	r.Fault("B", "is late")
	if h := r.Health(); h.Alive || h.Message != "A is down; B is late" {
		t.Errorf("health is %+v", h)
	}
}
