package lesson

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// at returns what finds every endpoint at one address.
func at(e Endpoint) Endpoints { return func(string) (Endpoint, error) { return e, nil } }

func mustRead(t *testing.T, s Source, w Watch) any {
	t.Helper()
	value, err := s.Read(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestHTTP(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /runs", func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		body, _ := io.ReadAll(r.Body)
		_ = json.NewEncoder(w).Encode(map[string]any{"n": 3, "f": 2.5, "user": user + ":" + password, "body": string(body), "type": r.Header.Get("Content-Type")})
	})
	mux.HandleFunc("GET /text", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(418); _, _ = io.WriteString(w, "no JSON") })
	mux.HandleFunc("GET /logs", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-ndjson")
		_, _ = io.WriteString(w, `{"text":"one line"}`)
	})
	mux.HandleFunc("GET /by-name", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("name") != "digits" {
			w.WriteHeader(404)
			_, _ = io.WriteString(w, `{"error":"none"}`)
			return
		}
		_, _ = io.WriteString(w, `{"experiment":{"id":"7","list":[{"x":8}]}}`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	login := func(context.Context) (string, string, error) { return "me", "secret", nil }
	source := HTTP(at(Endpoint{URL: server.URL, Login: login}))
	type m = map[string]any
	for _, c := range []struct {
		name string
		w    HTTPWatch
		want any
	}{
		{"a POST with JSON", HTTPWatch{Method: "POST", Path: "/runs", Body: m{"ids": []any{"1"}}},
			m{"status": int64(200), "body": m{"n": int64(3), "f": 2.5, "user": "me:secret", "body": `{"ids":["1"]}`, "type": "application/json"}}},
		{"text", HTTPWatch{Path: "/text"}, m{"status": int64(418), "body": "no JSON"}},
		{"a log of one line", HTTPWatch{Path: "/logs"}, m{"status": int64(200), "body": `{"text":"one line"}`}},
		{"an id by a name", HTTPWatch{Method: "POST", Path: "/runs?x=${first}", Body: m{"ids": []any{"${first}", "a${first}"}}, First: &FirstRequest{"/by-name?name=digits", "experiment.id"}},
			m{"status": int64(200), "body": m{"n": int64(3), "f": 2.5, "user": "me:secret", "body": `{"ids":["7","a7"]}`, "type": "application/json"}}},
		{"a name that is not there", HTTPWatch{Path: "/text", First: &FirstRequest{"/by-name?name=x", "experiment.id"}}, m{"status": int64(404), "body": m{"error": "none"}}},
		{"a way that leads nowhere", HTTPWatch{Path: "/text", First: &FirstRequest{"/by-name?name=digits", "experiment.list.1.x"}},
			m{"status": int64(200), "body": m{"experiment": m{"id": "7", "list": []any{m{"x": int64(8)}}}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.w.Endpoint = "mlflow"
			if got := mustRead(t, source, Watch{HTTP: &c.w}); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %#v\nwant %#v", got, c.want)
			}
		})
	}
	server.Close()
	if _, err := source.Read(t.Context(), Watch{HTTP: &HTTPWatch{Endpoint: "mlflow", Path: "/text"}}); err == nil || !strings.HasPrefix(err.Error(), "ask mlflow: ") || strings.Contains(err.Error(), "http://") {
		t.Errorf("a dead system: %v", err)
	}
	if _, err := HTTP(at(Endpoint{})).Read(t.Context(), Watch{HTTP: &HTTPWatch{Endpoint: "backstage", Path: "/"}}); err == nil || !strings.Contains(err.Error(), "backstage is not there yet") {
		t.Errorf("a system that is not there: %v", err)
	}
}

// TestSession: the login is exchanged for a token once, and again when that has expired.
func TestSession(t *testing.T) {
	t.Parallel()
	var logins atomic.Int64
	var valid atomic.Value
	valid.Store("one")
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/session", func(w http.ResponseWriter, r *http.Request) {
		logins.Add(1)
		_ = json.NewEncoder(w).Encode(map[string]string{"token": valid.Load().(string)})
	})
	mux.HandleFunc("GET /api/v1/applications", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+valid.Load().(string) {
			w.WriteHeader(401)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	source := HTTP(at(Endpoint{URL: server.URL, Session: true, Login: func(context.Context) (string, string, error) { return "a", "b", nil }}))
	for i, want := range []int64{1, 1, 2} {
		if i == 2 {
			valid.Store("two")
		}
		got := mustRead(t, source, Watch{HTTP: &HTTPWatch{Endpoint: "argocd", Path: "/api/v1/applications"}})
		if got.(map[string]any)["status"] != int64(200) || logins.Load() != want {
			t.Errorf("request %d: %v after %d logins, want %d", i, got, logins.Load(), want)
		}
	}
}

func TestPrometheus(t *testing.T) {
	t.Parallel()
	answers := map[string]string{
		"up":      `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"job":"a"},"value":[1.5,"2.5"]},{"metric":{},"value":[1,"3"]}]}}`,
		"none":    `{"status":"success","data":{"resultType":"vector","result":[]}}`,
		"1":       `{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}`,
		"up[5m]":  `{"status":"success","data":{"resultType":"matrix","result":[]}}`,
		"rate(":   `{"status":"error","error":"parse error"}`,
		"garbage": `<html>`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, answers[r.URL.Query().Get("query")])
	}))
	t.Cleanup(server.Close)
	source := Prometheus(at(Endpoint{URL: server.URL}))
	for query, want := range map[string]any{
		"up":   []any{map[string]any{"labels": map[string]any{"job": "a"}, "value": 2.5}, map[string]any{"labels": map[string]any{}, "value": 3.0}},
		"none": []any{}, "1": []any{map[string]any{"labels": map[string]any{}, "value": 1.0}},
		"up[5m]": nil, "rate(": nil, "garbage": nil,
	} {
		got, err := source.Read(t.Context(), Watch{Prometheus: &PrometheusWatch{query}})
		if (err != nil) != (want == nil) || err == nil && !reflect.DeepEqual(got, want) {
			t.Errorf("%s = %#v, %v; want %#v", query, got, err, want)
		}
	}
}

func TestModule(t *testing.T) {
	t.Parallel()
	source := Module(func(_ context.Context, module, step string) (map[string]any, error) {
		if step == "none" {
			return nil, errors.New("unknown step")
		}
		return map[string]any{"passed": true, "evidence": map[string]any{"n": json.Number("5")}, "seen": module + "/" + step}, nil
	})
	want := map[string]any{"passed": true, "evidence": map[string]any{"n": int64(5)}, "seen": "gitops/x"}
	if got := mustRead(t, source, Watch{Module: &ModuleWatch{"gitops", "x"}}); !reflect.DeepEqual(got, want) {
		t.Errorf("%#v", got)
	}
	if _, err := source.Read(t.Context(), Watch{Module: &ModuleWatch{"gitops", "none"}}); err == nil {
		t.Error("an unknown step is no error")
	}
}

// mustGit runs git in dir.
func mustGit(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@lab",
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@lab")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// mustGitServer serves the repositories below root over git's own HTTP.
func mustGitServer(t *testing.T, root string) (url string, requests *atomic.Int64) {
	t.Helper()
	program, err := exec.LookPath("git")
	if err != nil {
		t.Fatal("this test needs git: ", err)
	}
	requests = &atomic.Int64{}
	backend := &cgi.Handler{Path: program, Args: []string{"http-backend"}, Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1"}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

func TestGit(t *testing.T) {
	t.Parallel()
	root, work := t.TempDir(), t.TempDir()
	url, requests := mustGitServer(t, root)
	source := Git(at(Endpoint{URL: url}))
	watch := Watch{Git: &GitWatch{Repository: "learn", Files: []string{"web/app.yaml", "none.yaml"}}}
	if got := mustRead(t, source, watch); got != nil {
		t.Fatalf("without a repository: %v", got)
	}
	mustGit(t, root, "init", "-q", "--bare", "-b", "main", "learn.git")
	if got := mustRead(t, source, watch); got != nil {
		t.Fatalf("without a commit: %v", got)
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(work, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	push := func(message string) string {
		t.Helper()
		mustGit(t, work, "add", "-A")
		mustGit(t, work, "commit", "-qm", message)
		mustGit(t, work, "push", "-qf", filepath.Join(root, "learn.git"), "main", "--tags")
		return mustGit(t, work, "rev-parse", "HEAD")
	}
	mustGit(t, work, "init", "-q", "-b", "main")
	write("web/app.yaml", "replicas: 2\n")
	write("README.md", "hello\n")
	first := push("Begin\n\nwith a body")
	got, _ := mustRead(t, source, watch).(map[string]any)
	commits, _ := got["commits"].([]any)
	if got["head"] != first || got["branch"] != "main" || len(commits) != 1 || !reflect.DeepEqual(got["files"], map[string]any{"web/app.yaml": "replicas: 2\n"}) {
		t.Fatalf("after the first push: %v", got)
	}
	one, _ := commits[0].(map[string]any)
	if one["author"] != "Ada" || one["email"] != "ada@lab" || one["message"] != "Begin\n\nwith a body" || len(one["files"].([]any)) != 2 || time.Since(one["time"].(time.Time)) > time.Minute {
		t.Errorf("commit %v", one)
	}
	before := requests.Load()
	mustRead(t, source, watch)
	if n := requests.Load() - before; n != 1 {
		t.Errorf("%d requests where nothing has changed, want 1", n)
	}
	write("web/app.yaml", "replicas: 3\n")
	mustGit(t, work, "tag", "v1")
	second := push("More")
	got, _ = mustRead(t, source, watch).(map[string]any)
	commits, _ = got["commits"].([]any)
	newest, _ := commits[0].(map[string]any)
	if got["head"] != second || len(commits) != 2 || !reflect.DeepEqual(newest["files"], []any{"web/app.yaml"}) || !reflect.DeepEqual(newest["parents"], []any{first}) ||
		!reflect.DeepEqual(got["tags"], []any{"v1"}) || !reflect.DeepEqual(got["branches"], []any{"main"}) {
		t.Errorf("after the second push: %v", got)
	}
	mustGit(t, work, "reset", "-q", "--hard", first)
	write("web/app.yaml", "replicas: 4\n")
	third := push("Another history")
	if got, _ = mustRead(t, source, watch).(map[string]any); got["head"] != third || len(got["commits"].([]any)) != 2 {
		t.Errorf("after a forced push: %v", got)
	}
	other := Watch{Git: &GitWatch{Repository: "learn", Branch: "other"}}
	if got := mustRead(t, source, other); got != nil {
		t.Errorf("a branch that is not there: %v", got)
	}
}
