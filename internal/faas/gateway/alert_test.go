package gateway

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

func labelled(name string, replicas int32, labels map[string]string) *appsv1.Deployment {
	d := function(name, replicas)
	for k, v := range labels {
		d.Labels[k] = v
	}
	d.Spec.Template.Labels = d.Labels
	return d
}

func alertOf(status, function string) string {
	return fmt.Sprintf(`{"receiver":"scale-up","status":%q,"version":"4","truncatedAlerts":0,"alerts":[{"status":%q,"labels":{"alertname":"APIHighInvocationRate","function_name":%q},"startsAt":"2026-01-01T00:00:00Z"}]}`, status, status, function)
}

func TestAlertScales(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		replicas int32
		labels   map[string]string
		status   string
		want     int32
	}{
		{"one step of 20 % of 20", 1, nil, "firing", 5},
		{"rounded up", 1, map[string]string{api.LabelMax: "6"}, "firing", 3},
		{"own factor", 2, map[string]string{api.LabelMax: "10", api.LabelFactor: "50"}, "firing", 7},
		{"not beyond the most", 9, map[string]string{api.LabelMax: "10", api.LabelFactor: "50"}, "firing", 10},
		{"at the most already", 10, map[string]string{api.LabelMax: "10"}, "firing", 10},
		{"factor 0 is off", 2, map[string]string{api.LabelFactor: "0"}, "firing", 2},
		{"from zero", 0, map[string]string{api.LabelMax: "5"}, "firing", 1},
		{"resolved", 8, nil, "resolved", 1},
		{"resolved, own least", 8, map[string]string{api.LabelMin: "3"}, "resolved", 3},
		{"resolved at zero", 0, nil, "resolved", 1},
		{"labels that cannot be read", 1, map[string]string{api.LabelMax: "many"}, "firing", 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil, labelled("f", tt.replicas, tt.labels))
			for _, name := range []string{"f.openfaas-fn"} {
				if resp, body := f.do(t, "POST", "/system/alert", alertOf(tt.status, name)); resp.StatusCode != 200 {
					t.Fatalf("%d %q", resp.StatusCode, body)
				}
			}
			o, err := f.Tracker.Get(appsv1.SchemeGroupVersion.WithResource("deployments"), ns, "f")
			if err != nil {
				t.Fatal(err)
			}
			if got := *o.(*appsv1.Deployment).Spec.Replicas; got != tt.want {
				t.Errorf("%d replicas, want %d", got, tt.want)
			}
		})
	}
}

// One alert that cannot be heeded does not keep the others from it.
func TestAlertsAreHeededOneByOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("a", 1), function("b", 1))
	body := `{"status":"firing","alerts":[{"labels":{"function_name":"none"}},{"labels":{}},{"labels":{"function_name":"a"}},
		{"status":"odd","labels":{"function_name":"a"}},{"labels":{"function_name":"b.openfaas-fn"}}]}`
	resp, text := f.do(t, "POST", "/system/alert", body)
	if resp.StatusCode != 404 || !strings.Contains(text, "none") || !strings.Contains(text, "function_name") || !strings.Contains(text, "odd") {
		t.Errorf("%d %q, want 404 that names all three", resp.StatusCode, text)
	}
	for _, name := range []string{"a", "b"} {
		if got, err := f.gateway.store.Get(t.Context(), store.Key{Namespace: ns, Name: name}); err != nil || got.Replicas != 5 {
			t.Errorf("%s has %d replicas, %v; want 5", name, got.Replicas, err)
		}
	}
	f.Fail("update", "deployments", errors.New("etcd is away"))
	if resp, text := f.do(t, "POST", "/system/alert", `{"status":"resolved","alerts":[{"labels":{"function_name":"none"}},{"labels":{"function_name":"a"}}]}`); resp.StatusCode != 500 {
		t.Errorf("%d %q, want 500: Alertmanager tries again then", resp.StatusCode, text)
	}
	if resp, _ := f.do(t, "POST", "/system/alert", `{"status":"firing","alerts":[]}`); resp.StatusCode != 200 {
		t.Errorf("%d for no alerts", resp.StatusCode)
	}
}

func TestTelemetry(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.Version = "1.2" }, function("a", 1), function("b", 1))
	resp, text := f.do(t, "GET", "/system/telemetry", "")
	if want := `{"version":"1.2","namespaces":1,"functions":2,"calls":0,"reported":false}` + "\n"; resp.StatusCode != 200 || text != want {
		t.Errorf("%d %q, want %q", resp.StatusCode, text, want)
	}
}
