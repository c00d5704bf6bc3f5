package capstone

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/labtest"
)

// world is a lab in memory: a git server, a cluster on which "Argo CD" and "Jobs"
// act at once, MLflow, the gateway and Prometheus. Its faults are set by tests.
type world struct {
	labtest.Objects
	git fakeGit
	fakeMLflow
	fakeFaaS
	t   *testing.T
	url string

	mu      sync.Mutex
	rooted  bool
	jobs    []string
	refresh int

	// Faults.
	deafArgo    bool              // pushes do not reach Argo CD by themselves
	health      map[string]string // of applications, by name
	failingJob  string
	staleServer string // version that the model server reports instead
	noSeries    string // queries that contain this find nothing

	// Real programs in place of the fakes, for box tests.
	mlflowURL string
	program   func(name string, env map[string]string)
}

func mustWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, health: map[string]string{}}
	w.fakeFaaS.served = func() string { return w.promoted() }
	w.git.pushed = func() { w.sync(false) }
	mux := http.NewServeMux()
	w.git.routes(mux)
	w.fakeMLflow.routes(mux)
	w.fakeFaaS.routes(mux)
	mux.HandleFunc("POST /api/v1/session", func(o http.ResponseWriter, _ *http.Request) { reply(o, map[string]string{"token": "t"}) })
	mux.HandleFunc("GET /api/v1/applications/{name}", func(o http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t" {
			http.Error(o, "no session", http.StatusUnauthorized)
			return
		}
		w.mu.Lock()
		w.refresh++
		w.mu.Unlock()
		w.sync(true)
		reply(o, map[string]string{})
	})
	mux.HandleFunc("GET /api/v1/query", w.query)
	mux.HandleFunc("GET /healthz", w.healthz)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	w.url = srv.URL
	return w
}

// capstone returns a Capstone on this world that waits a thousandth of the time.
func (w *world) capstone() *Capstone {
	w.t.Helper()
	login := func(user string) func(context.Context) (string, string, error) {
		return func(context.Context) (string, string, error) { return user, "secret", nil }
	}
	inside := &http.Client{Transport: redirected(w.url)}
	if w.mlflowURL == "" {
		w.mlflowURL = w.url
	}
	c, err := New(Options{
		Objects: w, Git: Endpoint{w.url, login("git")}, Argo: Endpoint{w.url, login("admin")},
		Gateway: Endpoint{w.url, login("admin")}, MLflowURL: w.mlflowURL, PrometheusURL: w.url,
		InCluster: inside, IdleWindow: 20 * time.Millisecond, pace: 0.01,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// redirected sends every request to one server, whatever its host.
type redirected string

func (r redirected) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Host = strings.TrimPrefix(string(r), "http://")
	return http.DefaultTransport.RoundTrip(req)
}

// Apply records the manifest and lets the controllers act on it.
func (w *world) Apply(ctx context.Context, manifest []byte) error {
	if err := w.Objects.Apply(ctx, manifest); err != nil {
		return err
	}
	var o struct {
		Kind     string
		Metadata struct{ Name string }
		Spec     struct {
			Template struct {
				Spec struct{ Containers []struct{ Env []keyedEnv } }
			}
		}
	}
	if err := json.Unmarshal(manifest, &o); err != nil {
		return err
	}
	switch o.Kind {
	case "Application":
		w.mu.Lock()
		w.rooted = true
		w.mu.Unlock()
		w.sync(true)
	case "Job":
		w.runJob(o.Metadata.Name, envOf(o.Spec.Template.Spec.Containers[0].Env))
	}
	return nil
}

type keyedEnv struct{ Name, Value string }

func envOf(list []keyedEnv) map[string]string {
	env := map[string]string{}
	for _, e := range list {
		env[e.Name] = e.Value
	}
	return env
}

// sync is Argo CD: it brings the applications to the head of the repository.
func (w *world) sync(asked bool) {
	w.mu.Lock()
	deaf := w.deafArgo && !asked
	rooted := w.rooted
	w.mu.Unlock()
	head := w.git.head()
	if !rooted || head == "" || deaf {
		return
	}
	var parameters map[string]any
	if err := yaml.Unmarshal([]byte(w.git.file("pipeline/parameters.yaml")), &parameters); err != nil {
		w.t.Error(err)
	}
	w.set(lab.ObjectRef{APIVersion: "v1", Kind: "ConfigMap", Namespace: mlSpace, Name: "digits-parameters"}, parameters)
	w.set(lab.ObjectRef{APIVersion: "apps/v1", Kind: "Deployment", Namespace: modelSpace, Name: serverName}, w.deployment())
	for _, name := range append([]string{rootApp}, childApps()...) {
		health := "Healthy"
		if h := w.health[name]; h != "" {
			health = h
		}
		w.set(appRef(name), map[string]any{"status": map[string]any{
			"sync":   map[string]any{"status": "Synced", "revision": head},
			"health": map[string]any{"status": health},
		}})
	}
}

func (w *world) set(ref lab.ObjectRef, object any) {
	content, err := json.Marshal(object)
	if err != nil {
		w.t.Error(err)
	}
	w.Set(ref, content)
}

// promoted is the version that git declares.
func (w *world) promoted() string {
	var values struct{ ModelVersion string }
	if err := yaml.Unmarshal([]byte(w.git.file(valuesFile)), &values); err != nil {
		w.t.Error(err)
	}
	return values.ModelVersion
}

func (w *world) deployment() map[string]any {
	replicas := 0
	if w.promoted() != "" {
		replicas = 1
	}
	env := []any{map[string]any{"name": "MODEL_VERSION", "value": w.promoted()}}
	return map[string]any{
		"metadata": map[string]any{"generation": 2},
		"spec": map[string]any{"replicas": replicas, "template": map[string]any{"spec": map[string]any{
			"containers": []any{map[string]any{"image": "worker", "env": env}}}}},
		"status": map[string]any{"observedGeneration": 2, "replicas": replicas, "updatedReplicas": replicas, "availableReplicas": replicas},
	}
}

func (w *world) healthz(o http.ResponseWriter, _ *http.Request) {
	version := w.promoted()
	if w.staleServer != "" {
		version = w.staleServer
	}
	reply(o, map[string]string{"status": "ok", "version": version, "run_id": "r1"})
}

func (w *world) runJob(name string, env map[string]string) {
	w.mu.Lock()
	w.jobs = append(w.jobs, name)
	w.mu.Unlock()
	if name == w.failingJob {
		failed := map[string]any{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "it has failed"}
		w.set(jobRef(name), map[string]any{"status": map[string]any{"conditions": []any{failed}}})
		return
	}
	if w.program == nil {
		w.program = w.fakeMLflow.work
	}
	w.program(name, env)
	w.set(jobRef(name), map[string]any{"status": map[string]any{
		"succeeded": 1, "startTime": "2026-11-23T06:00:00Z", "completionTime": "2026-11-23T06:00:07Z"}})
}

func reply(o http.ResponseWriter, body any) {
	o.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(o).Encode(body)
}
