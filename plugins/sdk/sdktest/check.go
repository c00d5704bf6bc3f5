package sdktest

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/labbox/labbox/plugins/sdk"
)

// Case is a state of the lab's systems, and what a module's Check has to say of it.
type Case struct {
	// Answers has the endpoints, and of each the bodies by path and query; any other
	// path is not found.
	Answers map[string]map[string]string
	// Alive and Message are the health's; Message may be a part of it. A module that is
	// alive has a link too.
	Alive   bool
	Message string
	// Signal must be among the signals; the zero value asks for none.
	Signal sdk.Signal
}

// Check runs m's Check against each of the cases, by their names.
func Check(t *testing.T, m sdk.Module, cases map[string]Case) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, err := m.Check(t.Context(), c.target(t))
			if err != nil {
				t.Fatal(err)
			}
			if h.Alive != c.Alive || !strings.Contains(h.Message, c.Message) {
				t.Errorf("health is %+v, not alive=%v with %q", h, c.Alive, c.Message)
			}
			if c.Alive && len(h.Links) == 0 {
				t.Error("a trend that is alive has no link")
			}
			if c.Signal != (sdk.Signal{}) && !slices.Contains(h.Signals, c.Signal) {
				t.Errorf("signals are %+v, without %+v", h.Signals, c.Signal)
			}
		})
	}
}

// target serves the answers until the test ends.
func (c Case) target(t *testing.T) sdk.Target {
	t.Helper()
	target := sdk.Target{Endpoints: map[string]sdk.Endpoint{}}
	for endpoint, answers := range c.Answers {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer, known := answers[r.URL.RequestURI()]
			if !known {
				http.NotFound(w, r)
				return
			}
			_, _ = w.Write([]byte(answer))
		}))
		t.Cleanup(srv.Close)
		target.Endpoints[endpoint] = sdk.Endpoint{URL: srv.URL}
	}
	return target
}
