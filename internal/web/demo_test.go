package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/labtest"
	"github.com/labbox/labbox/ui"
)

// demo is a dashboard over fakes that look like a real lab.
type demo struct {
	journal labtest.Journal
	server  *Server
	base    string // http://127.0.0.1:port

	mu     sync.Mutex
	status lab.Status
	last   *lab.CapstoneResult
	runs   int
	resets int
	stops  int

	functions *demoFunctions
	lessons   *demoLessons
	memory    *demoMemory

	owner string // a session
}

// session is the owner's, made when it is first asked for.
func (d *demo) session() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.owner == "" {
		d.owner = d.server.sessions.issue()
	}
	return d.owner
}

// newDemo serves on a loopback port of its own until the test ends.
func newDemo(t testing.TB) *demo {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return newDemoOn(t, listener)
}

func newDemoOn(t testing.TB, listener net.Listener) *demo {
	t.Helper()
	prometheus := httptest.NewServer(http.HandlerFunc(fakePrometheus))
	d := &demo{base: "http://" + listener.Addr().String(), status: lab.Status{Phase: lab.StateRunning}, functions: newDemoFunctions(), lessons: newDemoLessons(), memory: newDemoMemory()}
	options := Options{
		Addr: listener.Addr().String(), Version: "v0.3.0-demo", Assets: ui.FS(), Events: &d.journal,
		Status: d.load, Links: demoLinks, Modules: demoModules, Logs: demoLogs,
		Capstone: (*demoCapstone)(d), History: d.history, Stop: func() { d.stops++ },
		Functions: d.functions.parts(),
		Lessons:   d.lessons.parts(),
		Memory:    d.memory, Report: demoReport, ObjectEvents: demoObjectEvents,
		Shell:      demoShell,
		Prometheus: prometheus.Client(), PrometheusURL: prometheus.URL,
	}
	mirrored(&options)
	server, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	server.status.age, server.functions.list.age, server.preferences.age = 0, 0, 0
	server.links.age = 0
	d.server = server
	web := &http.Server{Handler: server.Handler()}
	go func() { _ = web.Serve(listener) }()
	t.Cleanup(func() {
		server.Close()
		_ = web.Close()
		prometheus.Close()
	})
	return d
}

func (d *demo) load(context.Context) lab.Status {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.status
}

func (d *demo) setStatus(change func(*lab.Status)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(&d.status)
}

func (d *demo) history(_ context.Context, limit int) []lab.CapstoneResult {
	if d.last == nil || limit == 0 {
		return nil
	}
	older := demoResult(time.Now().Add(-26 * time.Hour))
	older.Passed = false
	older.Steps[4].Passed, older.Steps[5].Passed = false, false
	return []lab.CapstoneResult{*d.last, older}
}

// emit appends an event at a time relative to now.
func (d *demo) emit(t testing.TB, ago time.Duration, e lab.Event) {
	t.Helper()
	e.Time = time.Now().Add(-ago)
	if _, err := d.journal.Append(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

// starting brings the demo to the middle of "labbox up".
func (d *demo) starting(t testing.TB) {
	at := 40 * time.Second
	for i, id := range []string{"look", "remember", "show", "unpack"} {
		d.emit(t, at, lab.Event{Kind: lab.EventStep, Subject: id, State: lab.StateRunning})
		at -= time.Duration(i*i*700+90) * time.Millisecond
		d.emit(t, at, lab.Event{Kind: lab.EventStep, Subject: id, State: lab.StateReady})
	}
	d.emit(t, at, lab.Event{Kind: lab.EventStep, Subject: "boot", State: lab.StateRunning})
	d.emit(t, 0, lab.Event{Kind: lab.EventStep, Subject: "boot", State: lab.StateRunning,
		Progress: &lab.Progress{Message: "kube-apiserver answers, waiting for the node", Done: 9, Total: 14}})
	d.setStatus(func(s *lab.Status) {
		s.Components = demoComponents()[:8]
		for i := range s.Components[5:] {
			s.Components[5+i].Ready, s.Components[5+i].Message = false, "waits for kube-apiserver"
		}
	})
}

// ready brings the demo to a running lab whose capstone has passed.
func (d *demo) ready(t testing.TB) {
	at := 90 * time.Second
	for i, info := range UpSteps() {
		d.emit(t, at, lab.Event{Kind: lab.EventStep, Subject: info.ID, State: lab.StateRunning})
		at -= time.Duration(i*i*500+90) * time.Millisecond
		d.emit(t, at, lab.Event{Kind: lab.EventStep, Subject: info.ID, State: lab.StateReady})
	}
	d.emit(t, at, lab.Event{Kind: lab.EventLab, Subject: "lab", State: lab.StateReady})
	d.setStatus(func(s *lab.Status) {
		s.Ready, s.Phase, s.Version, s.Components = true, lab.StateReady, "v0.3.0-demo", demoComponents()
	})
	result := demoResult(time.Now().Add(-time.Minute))
	d.last = &result
}

type demoCapstone demo

func (c *demoCapstone) Run(context.Context) error {
	if c.runs++; c.runs > 1 {
		return lab.Errorf(lab.CodeRunning, "wait for it", "the capstone is already at work")
	}
	return nil
}

func (c *demoCapstone) Last(context.Context) (lab.CapstoneResult, bool) {
	if c.last == nil {
		return lab.CapstoneResult{}, false
	}
	return *c.last, true
}

func (c *demoCapstone) Reset(context.Context) error { c.resets++; return nil }

func demoComponents() []lab.Component {
	const mib = 1 << 20
	return []lab.Component{
		{Name: "kine", Ready: true, Version: "v0.17.5", MemoryBytes: 38 * mib},
		{Name: "kube-apiserver", Ready: true, Version: "v1.37.2", MemoryBytes: 171 * mib},
		{Name: "kube-controller-manager", Ready: true, Version: "v1.37.2", MemoryBytes: 52 * mib},
		{Name: "kube-scheduler", Ready: true, Version: "v1.37.2", MemoryBytes: 31 * mib},
		{Name: "containerd", Ready: true, Version: "v2.4.2", MemoryBytes: 64 * mib},
		{Name: "kubelet", Ready: true, Version: "v1.37.2", MemoryBytes: 58 * mib},
		{Name: "kube-proxy", Ready: true, Version: "v1.37.2", MemoryBytes: 26 * mib},
		{Name: "coredns", Ready: true, Version: "v1.15.0", MemoryBytes: 24 * mib},
		{Name: "argocd-server", Namespace: "argocd", Ready: true, Version: "v3.4.13", MemoryBytes: 74 * mib, URL: "http://127.0.0.1:8081", Trend: "gitops"},
		{Name: "argocd-repo-server", Namespace: "argocd", Ready: true, Version: "v3.4.13", MemoryBytes: 61 * mib, Trend: "gitops"},
		{Name: "argocd-redis", Namespace: "argocd", Ready: true, Version: "7", MemoryBytes: 9 * mib, Trend: "gitops"},
		{Name: "git", Namespace: "git", Ready: true, Version: "dev", MemoryBytes: 18 * mib, URL: "http://127.0.0.1:3000", Trend: "gitops"},
		{Name: "mlflow", Namespace: "mlops", Ready: true, Version: "3.17.2", MemoryBytes: 212 * mib, URL: "http://127.0.0.1:5000", Trend: "mlops"},
		{Name: "gateway", Namespace: "openfaas", Ready: true, Version: "dev", MemoryBytes: 21 * mib, URL: "http://127.0.0.1:8080", Trend: "serverless"},
		{Name: "prometheus", Namespace: "monitoring", Ready: true, Version: "v3.16.0", MemoryBytes: 118 * mib, URL: "http://127.0.0.1:9090", Trend: "sustainability"},
		{Name: "energy-exporter", Namespace: "monitoring", Ready: true, Version: "dev", MemoryBytes: 14 * mib, Trend: "sustainability"},
	}
}

func demoLinks(context.Context) []lab.Link {
	return []lab.Link{
		{ID: "argocd", Name: "Argo CD", URL: "http://127.0.0.1:8081", User: "admin"},
		{ID: "mlflow", Name: "MLflow", URL: "http://127.0.0.1:5000"},
		{ID: "prometheus", Name: "Prometheus", URL: "http://127.0.0.1:9090"},
		{ID: "gateway", Name: "Function gateway", Title: lab.Text{DE: "Funktions-Gateway", EN: "Function gateway"}, URL: "http://127.0.0.1:8080", User: "admin"},
		{ID: "git", Name: "Git", URL: "http://127.0.0.1:3000", User: "labbox"},
	}
}

func demoModules(context.Context) []lab.Module {
	module := func(name, title, text, textDE string, signals []lab.Signal, charts ...string) lab.Module {
		return lab.Module{Name: name, Version: "v0.3.0", Title: title, Description: text, DescriptionDE: textDE,
			State: lab.StateReady, Builtin: true, Charts: charts, Signals: signals}
	}
	return []lab.Module{
		module("sustainability", "Sustainability", "Measures energy and carbon of pods.", "Misst Energie und CO₂e von Pods.", []lab.Signal{{Name: "power", Value: 6.3125, Unit: "W", OK: true}}, "prometheus", "energy"),
		module("gitops", "GitOps", "Git is the desired state; Argo CD makes it real.", "Git ist der Sollzustand; Argo CD macht ihn wahr.", []lab.Signal{{Name: "applications", Value: 4, OK: true}, {Name: "Argo CD version", Text: "v3.4.13", OK: true}}, "git", "argocd"),
		module("mlops", "MLOps", "Track, register, promote and serve models.", "Modelle verfolgen, registrieren, befördern und bedienen.", []lab.Signal{{Name: "registered models", Value: 1, OK: true}}, "mlflow"),
		module("platform", "Platform engineering", "A golden path from template to running service.", "Ein goldener Pfad von der Vorlage zum laufenden Dienst.", nil),
		demoForeign(),
		{Name: "serverless", Title: "Serverless", Builtin: true, State: lab.StateFailed, Message: "the module has ended three times within a minute", Charts: []string{"gateway"}},
	}
}

// demoForeign is a module by others, which misbehaves and has a page.
func demoForeign() lab.Module {
	both := func(de, en string) lab.Text { return lab.Text{DE: de, EN: en} }
	text := both("Was in **deinem** Namespace läuft. <img src=x>", "What runs in **your** namespace. <script>alert(1)</script>")
	return lab.Module{
		Name: "hello", Version: "0.1.0", Title: "Hello", TitleDE: "Hallo", Description: "A module by somebody else.", DescriptionDE: "Ein Modul von jemand anderem.",
		State: lab.StateReady, Dev: true, Protocol: 2, Restarts: 3, MemoryBytes: 21 << 20, MemoryLimit: 256 << 20, CPULimit: 0.5,
		Problem:   "module hello wanted more than the 256 MiB of memory that it may have, and the kernel ended it",
		Complaint: "module hello wants all the processor time it can get and is held to 0.5 of a core",
		Pages: []lab.ModulePage{{ID: "overview", Title: both("Überblick", "Overview"), Parts: []lab.PagePart{
			{Markdown: &text},
			{Title: both("Arbeitsspeicher", "Memory"), Plot: &lab.PagePlot{Query: "memory", Legend: "namespace", Unit: "bytes", Stacked: true}},
			{Title: both("Ziele", "Targets"), Table: &lab.PageTable{Query: figureQueries()[askCalls], Columns: []lab.PageColumn{
				{Title: both("Ziel", "Target"), Label: "function_name"}, {Title: both("erreichbar", "up")}}}},
			{Links: []lab.PageLink{{Title: both("Repositories", "Repositories"), URL: "http://127.0.0.1:3000/"}}},
		}}},
	}
}

func demoLogs(ctx context.Context, q LogRequest, w io.Writer) error {
	if q.Component == "broken" {
		return lab.Errorf(lab.CodeNotFound, "see: labbox status", "there is no component %q", q.Component)
	}
	for i := range 60 {
		if q.Tail > 0 && int64(60-i) > q.Tail {
			continue
		}
		fmt.Fprintf(w, "2026-03-01T12:%02d:07.412Z INFO %s reconciled <app> revision=4f1c0de%02d took=%dms\n", i, q.Component, i, 12+i*7%40)
	}
	if q.Follow {
		<-ctx.Done()
	}
	return nil
}

func demoResult(at time.Time) lab.CapstoneResult {
	step := func(id string, seconds float64, evidence map[string]any) lab.CapstoneStep {
		return lab.CapstoneStep{ID: id, Passed: true, Seconds: seconds, Evidence: evidence}
	}
	result := lab.CapstoneResult{Passed: true, Started: at.Add(-44 * time.Second), Finished: at, Steps: []lab.CapstoneStep{
		step("gitops", 4.21, map[string]any{"commit": "4f1c0de9b7a2c3d4e5f60718293a4b5c6d7e8f90", "syncRevision": "4f1c0de9b7a2c3d4e5f60718293a4b5c6d7e8f90", "app platform": "Synced, Healthy", "filesPushed": 14.0}),
		step("pipeline", 21.4, map[string]any{"runId": "8c2f7d1e4b6a4f0d9a1c3e5b7d9f1a2b", "accuracy": 0.9711, "model": "digits", "modelVersion": "3", "alias": "champion", "trainSeconds": 9.31, "trainedNow": true}),
		step("promotion", 6.9, map[string]any{"commit": "b21d77aa0c1e5f3b9d8476a5c4e3f2019d8c7b6a", "versionBefore": "2", "servedVersion": "3", "rolloutSeconds": 3.42, "syncTrigger": "push"}),
		step("function", 5.6, map[string]any{"function": "classify.openfaas-fn", "right": 97.0, "total": 100.0, "p50Milliseconds": 6.4, "p95Milliseconds": 11.25, "example": "a 7 was read as 7 with confidence 0.99"}),
		step("metrics", 2.3, map[string]any{"requestsPerSecond": 18.2, "modelVersion": "3", "rateQuery": `sum(rate(gateway_function_invocation_total{function_name="classify.openfaas-fn"}[1m]))`}),
		step("energy", 3.1, map[string]any{"trainingJoules": 41.3, "trainingGramsCO2e": 0.00436, "callJoules": 0.0182, "callGramsCO2e": 1.9e-6, "method": "ccf", "measured": false, "gridGramsPerKilowattHour": 380.0, "savedJoulesPerDay": 10368.0, "savedGramsCO2ePerDay": 1.09, "idleWattsAlwaysOn": 0.12, "idleWattsAtZero": 0.0, "idleWindowSeconds": 30.0}),
	}}
	data, _ := json.Marshal(result) // as it comes out of the database
	_ = json.Unmarshal(data, &result)
	return result
}

// fakePrometheus answers query_range with waves, and query with figures of functions.
func fakePrometheus(w http.ResponseWriter, r *http.Request) {
	query := r.FormValue("query")
	if r.URL.Path == "/api/v1/query" {
		if !fakeEnergy(w, query) {
			fakeVector(w, query)
		}
		return
	}
	start, _ := strconv.ParseInt(r.FormValue("start"), 10, 64)
	end, _ := strconv.ParseInt(r.FormValue("end"), 10, 64)
	label, names, scale := "namespace", []string{"argocd", "git", "kube-system", "mlops", "monitoring", "openfaas", "openfaas-fn"}, 0.05
	switch {
	case strings.Contains(query, "function_name=") || strings.Contains(query, "service_ready_count") || strings.Contains(query, "pod_name=~"):
		label, names, scale = fakeFunctionSeries(query)
	case strings.Contains(query, "kepler"):
		label, scale = "pod_namespace", 0.6
	case strings.Contains(query, "memory"):
		scale = 60 << 20
	case strings.Contains(query, "bucket"):
		label, names, scale = "function_name", []string{"classify.openfaas-fn", "hello.openfaas-fn"}, 0.006
	case strings.Contains(query, "gateway"):
		label, names, scale = "function_name", []string{"classify.openfaas-fn", "hello.openfaas-fn"}, 6
	}
	type series struct {
		Metric map[string]string `json:"metric"`
		Values [][2]any          `json:"values"`
	}
	var result []series
	for i, name := range names {
		s := series{Metric: map[string]string{label: name}}
		for at := start; at <= end; at += 15 {
			wave := 1.2 + math.Sin(float64(at)/(70+23*float64(i)))*0.5 + math.Sin(float64(at)/17+float64(i))*0.15
			value := wave * scale / (1 + float64(i)*0.35)
			if strings.Contains(query, "ready_count") {
				value = math.Round(value)
			}
			s.Values = append(s.Values, [2]any{at, strconv.FormatFloat(value, 'g', 6, 64)})
		}
		result = append(result, s)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": map[string]any{"resultType": "matrix", "result": result}})
}

// TestDemoServer serves the demo for people who work on the pages:
//
//	LABBOX_DEMO=127.0.0.1:8899 go test -run TestDemoServer -timeout 0 ./internal/web
//
// With LABBOX_MIRROR=http://127.0.0.1:8800 it shows the lessons and figures of a lab that
// runs there.
func TestDemoServer(t *testing.T) {
	addr := os.Getenv("LABBOX_DEMO")
	if addr == "" {
		t.Skip("set LABBOX_DEMO to a loopback address to look at the pages")
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	d := newDemoOn(t, listener)
	d.ready(t)
	select {}
}
