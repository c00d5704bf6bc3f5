package idp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/idp/cluster"
	"github.com/labbox/labbox/internal/idp/idptest"
)

// lab is a platform among fakes.
type lab struct {
	git   *idptest.Git
	kube  *idptest.Cluster
	prom  *idptest.Prometheus
	url   string
	state string
	opt   Options
	stop  func()
}

// mustLab starts one with the golden paths in git.
func mustLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{git: idptest.NewGit(t), kube: idptest.NewCluster(t), prom: idptest.NewPrometheus(t), state: t.TempDir()}
	credentials := t.TempDir()
	for name, text := range map[string]string{"username": idptest.User, "password": idptest.Password} {
		if err := os.WriteFile(filepath.Join(credentials, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l.opt = Options{
		GitURL: l.git.URL, GitPublic: "http://127.0.0.1:3000", GitCredentials: credentials, Credentials: credentials, PrometheusURL: l.prom.URL,
		ArgoNamespace: "argocd", ArgoPublic: "http://127.0.0.1:8081", Destinations: []string{"openfaas-fn"}, LearnerNamespace: "workbench", LearnerAccount: "learner",
		Role: "edit", StateDir: l.state, Cluster: cluster.Options{URL: l.kube.URL, HTTP: http.DefaultClient}, Every: time.Hour, Seed: true,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	l.mustStart(t)
	await(t, "the golden paths", func() bool {
		return l.get(t, "/api/catalog/entities/by-name/template/default/web-service").status == http.StatusOK
	})
	return l
}

// mustStart runs a platform on the lab's state.
func (l *lab) mustStart(t *testing.T) {
	t.Helper()
	p, err := New(l.opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx) }()
	srv := httptest.NewServer(p.Handler())
	l.url = srv.URL
	l.git.OnPush = func(repo string) { p.catalog.Announce(repo) }
	stopped := false
	l.stop = func() {
		if !stopped {
			stopped = true
			cancel()
			<-done
			srv.Close()
		}
	}
	t.Cleanup(l.stop)
}

// await waits for a condition, up to ten seconds.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("%s did not come within ten seconds", what)
}

type reply struct {
	status int
	header http.Header
	body   string
}

// at returns the value at a path of the JSON body, such as "items.0.name".
func (r reply) at(path string) string {
	var v any
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		return "no JSON: " + r.body
	}
	for part := range strings.SplitSeq(path, "/") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			i := 0
			if _, err := fmt.Sscan(part, &i); err != nil || i >= len(x) {
				return "none"
			}
			v = x[i]
		}
	}
	if text, ok := v.(string); ok {
		return text
	}
	data, _ := json.Marshal(v)
	return string(data)
}

func (l *lab) get(t *testing.T, path string) reply {
	t.Helper()
	return l.send(t, http.MethodGet, path, "")
}

// post sends JSON with the login.
func (l *lab) post(t *testing.T, path, body string) reply {
	t.Helper()
	return l.send(t, http.MethodPost, path, body)
}

func (l *lab) send(t *testing.T, method, path, body string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, l.url+path, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	if method != http.MethodGet {
		req.SetBasicAuth(idptest.User, idptest.Password)
		req.Header.Set("Content-Type", "application/json")
		if strings.HasPrefix(body, "name=") || strings.HasPrefix(path, "/create") {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(data)}
}

// mustTask starts a task and waits for its end.
func (l *lab) mustTask(t *testing.T, body string) (id string, task reply) {
	t.Helper()
	r := l.post(t, "/api/scaffolder/v2/tasks", body)
	if r.status != http.StatusCreated {
		t.Fatalf("the task is answered with %d %s", r.status, r.body)
	}
	id = r.at("id")
	await(t, "the end of the task", func() bool {
		task = l.get(t, "/api/scaffolder/v2/tasks/"+id)
		status := task.at("status")
		return status != "open" && status != "processing"
	})
	return id, task
}

const hello = `{"templateRef":"template:default/web-service","values":{"name":"hello","description":"Says \"hello\": twice","owner":"group:default/team-blue","environment":"dev","replicas":2}}`

// TestGoldenPath: from a form to everything that a running service is made of.
func TestGoldenPath(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	id, task := l.mustTask(t, hello)
	events := l.get(t, "/api/scaffolder/v2/tasks/"+id+"/events")
	if task.at("status") != "completed" {
		t.Fatalf("the task is %s\n%s", task.at("status"), events.body)
	}
	files := l.git.Files("hello")
	for file, want := range map[string]string{
		"deploy/deployment.yaml": "replicas: 2", "app/app.py": `GREETING = "Hello from the golden path"`, "catalog-info.yaml": `description: "Says \"hello\": twice"`,
		"docs/index.md": "http://hello.env-dev.svc.cluster.local:8080", "mkdocs.yml": "site_name: hello", "score.yaml": "score.dev/v1b1",
	} {
		if !strings.Contains(files[file], want) {
			t.Errorf("%s lacks %q:\n%s", file, want, files[file])
		}
	}
	for file, text := range files {
		if strings.Contains(text, "${{") || strings.Contains(text, "{%") {
			t.Errorf("%s is not filled in", file)
		}
	}
	app, _ := json.Marshal(l.kube.Object("/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/hello"))
	if !strings.Contains(string(app), `"repoURL":"`+l.git.URL+`/hello.git"`) || !strings.Contains(string(app), `"namespace":"env-dev"`) {
		t.Errorf("the application is %s", app)
	}
	if quota := l.kube.Object("/api/v1/namespaces/env-dev/resourcequotas/environment"); quota == nil {
		t.Error("the environment has no quota")
	}
	e := l.get(t, "/api/catalog/entities/by-name/component/default/hello")
	if e.status != http.StatusOK || !strings.Contains(e.body, `{"targetRef":"group:default/team-blue","type":"ownedBy"}`) || !strings.Contains(e.body, `{"targetRef":"api:default/hello","type":"providesApi"}`) {
		t.Errorf("the component is %d %s", e.status, e.body)
	}
	api := l.get(t, "/api/catalog/entities/by-name/api/default/hello")
	if !strings.Contains(api.at("spec/definition"), "openapi: 3.1.0") {
		t.Errorf("$text is not drawn in: %s", api.body)
	}
	docs := l.get(t, "/api/techdocs/static/docs/default/component/hello/index.html")
	if docs.status != http.StatusOK || !strings.Contains(docs.body, `<a href="operate.html">Operate</a>`) {
		t.Errorf("the documentation is %d %s", docs.status, docs.body)
	}
	again, _ := l.mustTask(t, hello)
	if events := l.get(t, "/api/scaffolder/v2/tasks/"+again+"/events"); !strings.Contains(events.body, `repository \"hello\" exists already`) {
		t.Errorf("a second service of that name ends with %s", events.body)
	}
}

func TestFunctionPath(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	_, task := l.mustTask(t, `{"templateRef":"template:default/python-function","values":{"name":"shout","owner":"group:default/team-blue","topic":"git.push"}}`)
	if task.at("status") != "completed" {
		t.Fatalf("the task is %s", task.body)
	}
	files := l.git.Files("shout")
	if !strings.Contains(files["function.yaml"], "\n        topic: git.push\n    spec:") || !strings.Contains(files["docs/index.md"], "event `git.push`") {
		t.Errorf("the function is\n%s\n%s", files["function.yaml"], files["docs/index.md"])
	}
}

// TestTaskSurvivesRestart: what is done is known, what was cut off has failed and can
// be tried again without doing anything twice.
func TestTaskSurvivesRestart(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	refused := true
	l.kube.Refuse = func(w http.ResponseWriter, r *http.Request) bool {
		if refused && strings.HasSuffix(r.URL.Path, "/applications") && r.Method == http.MethodPost {
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return true
		}
		return false
	}
	id, task := l.mustTask(t, hello)
	if task.at("status") != "failed" {
		t.Fatalf("the task is %s", task.body)
	}
	commit := l.git.Message("hello")
	l.stop()
	refused = false
	l.mustStart(t)
	if again := l.get(t, "/api/scaffolder/v2/tasks/"+id); again.at("status") != "failed" || again.at("spec/parameters/name") != "hello" {
		t.Fatalf("after the restart the task is %s", again.body)
	}
	await(t, "the catalog", func() bool {
		return l.get(t, "/api/catalog/entities/by-name/template/default/web-service").status == http.StatusOK
	})
	if r := l.post(t, "/api/scaffolder/v2/tasks/"+id+"/retry", ""); r.status != http.StatusCreated {
		t.Fatalf("the second try is answered with %d %s", r.status, r.body)
	}
	await(t, "the second try", func() bool {
		return l.get(t, "/api/scaffolder/v2/tasks/"+id).at("status") == "completed"
	})
	if l.git.Message("hello") != commit {
		t.Error("the repository was published twice")
	}
	if r := l.post(t, "/api/scaffolder/v2/tasks/"+id+"/retry", ""); r.status != http.StatusConflict {
		t.Errorf("a task that is done can be tried again: %d", r.status)
	}
}

func copyAll(to *strings.Builder, resp *http.Response) (int64, error) {
	defer resp.Body.Close()
	return io.Copy(to, resp.Body)
}
