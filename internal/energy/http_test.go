package energy

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func mustHandler(t *testing.T) http.Handler {
	t.Helper()
	l := NewLedger()
	p := pod("a", .5)
	p.Info.Owner = Owner{Kind: "Job", Name: "train"}
	p.Info.Containers, p.Info.Runtime = map[string]string{"c1": "main"}, "containerd"
	p.Containers = map[string]float64{"c1": .5}
	l.Add(interval(1, 1, p, pod("b", .1)))
	l.Add(interval(2, 1, pod("b", .1)))
	grid, err := LoadGrid("")
	if err != nil {
		t.Fatal(err)
	}
	facts := Facts{Method: MethodCCF, Model: Coefficients{Name: "average", Min: .74, Max: 3.5}, Grid: grid, Zone: "DE", Embodied: DefaultEmbodied()}
	cpus := []Processor{{ID: "0", Vendor: "V"}, {ID: "1", Vendor: "V"}}
	return Handler(l, facts, NewCollector(l, facts, Node{Name: "labbox", CPUs: cpus, Version: "test"}))
}

func get(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return rec.Code, rec.Body.String()
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	code, body := get(t, mustHandler(t), "/metrics")
	if code != http.StatusOK {
		t.Fatalf("%d %s", code, body)
	}
	for _, want := range []string{
		`kepler_node_cpu_joules_total{node_name="labbox",path="model",zone="package"} 20`,
		`kepler_node_cpu_active_watts{node_name="labbox",path="model",zone="package"} 5`,
		`kepler_node_cpu_idle_joules_total{node_name="labbox",path="model",zone="package"} 10`,
		`kepler_node_cpu_usage_ratio{node_name="labbox"} 0.5`,
		`kepler_node_cpu_info{core_id="",model_name="",physical_id="",processor="1",vendor_id="V"} 1`,
		`kepler_pod_cpu_joules_total{node_name="labbox",pod_id="a",pod_name="pod-a",pod_namespace="ns",state="terminated",zone="package"} 2.5`,
		`kepler_pod_cpu_watts{node_name="labbox",pod_id="b",pod_name="pod-b",pod_namespace="ns",state="running",zone="core"}`,
		`kepler_container_cpu_joules_total{container_id="c1",container_name="main",node_name="labbox",pod_id="a",runtime="containerd",state="terminated",zone="package"} 2.5`,
		`kepler_container_cpu_seconds_total{container_id="c1",container_name="main",node_name="labbox",pod_id="a",runtime="containerd",state="terminated"} 0.5`,
		`labbox_job_cpu_joules_total{job_name="train",job_namespace="ns",method="ccf",node_name="labbox",zone="package"} 2.5`,
		`labbox_energy_method{method="ccf",node_name="labbox"} 1`,
		`labbox_grid_intensity_grams_per_kwh{node_name="labbox",year="2024",zone="DE"} 342.06`,
		`labbox_pod_carbon_grams_total{grid_zone="DE",method="ccf",`,
		`labbox_sci_grams_per_unit{method="ccf",node_name="labbox",unit="node_hour",year="2024"}`,
		`labbox_build_info{component="energy-exporter"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if strings.Contains(body, "kepler_build_info") {
		t.Error("the exporter pretends to be Kepler")
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	h := mustHandler(t)
	from, to := start().Unix(), start().Add(10*time.Second).Format(time.RFC3339)
	code, body := get(t, h, fmt.Sprintf("/api/v1/energy?job=train&from=%d&to=%s&units=5&unit=run", from, to))
	var r Report
	if err := json.Unmarshal([]byte(body), &r); err != nil || code != http.StatusOK {
		t.Fatalf("%d %s %v", code, body, err)
	}
	if !near(r.Joules, 2.5, 1e-9) || !near(r.GramsCO2e, Grams(2.5, 342.06), 1e-12) || r.Method != "ccf" || r.GridYear != 2024 || r.SCI == nil || r.Pods[0].Pod != "pod-a" {
		t.Errorf("%s", body)
	}
	for _, bad := range []string{"window=x", "window=-1s", "window=2h", "from=yesterday", "to=NaN", "from=20&to=10", "units=0", "units=NaN", "units=Inf"} {
		if code, body := get(t, h, "/api/v1/energy?"+bad); code != http.StatusBadRequest || !strings.Contains(body, "error") {
			t.Errorf("%s: %d %s", bad, code, body)
		}
	}
	if code, body := get(t, h, "/api/v1/grid"); code != 200 || !strings.Contains(body, "CC BY-SA") {
		t.Errorf("grid: %d %s", code, body)
	}
}

const podJSON = `{"metadata":{"uid":"%s","name":"%s","namespace":"ns","resourceVersion":"%d","labels":{"pod-template-hash":"abc"},
 "ownerReferences":[{"kind":"ReplicaSet","name":"web-abc","controller":true}]},
 "spec":{"containers":[{"resources":{"requests":{"cpu":"50m"}}},{"resources":{"requests":{"cpu":"1"}}}]},
 "status":{"phase":"%s","containerStatuses":[{"name":"app","containerID":"containerd://c1"}]}}`

func TestWatcher(t *testing.T) {
	t.Parallel()
	events := make(chan string)
	queries := make(chan string, 64)
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t0ken" || r.URL.Query().Get("fieldSelector") != "spec.nodeName=n1" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		if r.URL.Query().Get("watch") == "" {
			fmt.Fprintf(w, `{"metadata":{"resourceVersion":"7"},"items":[`+podJSON+`]}`, "u1", "first", 5, "Running")
			return
		}
		queries <- r.URL.Query().Get("resourceVersion")
		for {
			select {
			case <-r.Context().Done():
				return
			case e := <-events:
				if e == "" {
					return
				}
				fmt.Fprintln(w, e)
				w.(http.Flusher).Flush()
			}
		}
	}))
	defer ts.Close()
	token := filepath.Join(t.TempDir(), "token")
	mustWrite(t, token, "t0ken\n")
	w := NewWatcher(WatcherOptions{URL: ts.URL, TokenFile: token, Client: ts.Client(), Node: "n1", Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); w.Run(ctx) }()
	defer func() { cancel(); <-done }()

	if v := <-queries; v != "7" {
		t.Errorf("watching from %s", v)
	}
	p, ok := w.Lookup("u1")
	if !ok || p.Name != "first" || p.Owner != (Owner{"Deployment", "web"}) || !near(p.RequestCPUs, 1.05, 1e-9) || p.Containers["c1"] != "app" || p.Runtime != "containerd" || p.Ended {
		t.Errorf("pod = %+v, %v", p, ok)
	}
	event := func(kind, uid, name, phase string, version int) string {
		return `{"type":"` + kind + `","object":` + strings.ReplaceAll(fmt.Sprintf(podJSON, uid, name, version, phase), "\n", "") + `}`
	}
	events <- event("ADDED", "u2", "second", "Pending", 8)
	events <- event("MODIFIED", "u2", "second", "Succeeded", 9)
	events <- event("DELETED", "u1", "first", "Running", 11)
	events <- "" // the server ends the stream; the watch goes on where it was
	if v := <-queries; v != "11" {
		t.Errorf("watching again from %s", v)
	}
	if p, ok := w.Lookup("u2"); !ok || !p.Ended {
		t.Errorf("u2 = %+v, %v", p, ok)
	}
	if p, ok := w.Lookup("u1"); !ok || !p.Ended || p.Name != "first" {
		t.Errorf("a deleted pod lost its name: %+v, %v", p, ok)
	}
	if _, ok := w.Lookup("u3"); ok {
		t.Error("u3 is known")
	}
}
