package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestBoxEvents makes each kind of event happen for real and waits until a function
// that subscribes has it. LABBOX_TEST_GIT (http://user:password@host:port) and
// LABBOX_TEST_MLFLOW (http://host:port) say where the servers are reached from here,
// LABBOX_TEST_GIT_INSIDE where Argo CD reaches the former.
func TestBoxEvents(t *testing.T) {
	t.Parallel()
	e := &eventBox{queueBox: mustQueueBox(t), git: os.Getenv("LABBOX_TEST_GIT"), mlflow: os.Getenv("LABBOX_TEST_MLFLOW"), inside: os.Getenv("LABBOX_TEST_GIT_INSIDE")}
	if e.git == "" || e.mlflow == "" {
		t.Skip("LABBOX_TEST_GIT and LABBOX_TEST_MLFLOW are not set")
	}
	if e.inside == "" {
		e.inside = "http://git.git.svc.cluster.local:3000"
	}
	e.listen(t)
	for name, test := range map[string]func(*testing.T){
		"git push and sync": e.testSync,
		"promotion":         e.testPromotion,
		"cron":              func(t *testing.T) { e.await(t, "cron", "box-events."+e.functions) },
		// The function's pods name a port for metrics at which nobody answers.
		"alert": func(t *testing.T) { e.await(t, "prometheus.alert.firing", "TargetDown") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

type eventBox struct {
	*queueBox
	git, inside, mlflow string
}

// listen deploys a function that subscribes to everything.
func (e *eventBox) listen(t *testing.T) {
	t.Helper()
	e.deploy(t, "box-events", "def handle(event, context):\n    return ''\n")
	e.want(t, "PUT", "/system/functions", map[string]any{
		"service": "box-events", "image": "labbox.local/fn-python:dev",
		"annotations": map[string]string{
			"labbox.dev/handler-configmap": "box-events", "schedule": "* * * * *",
			"topic":                "cron,git.push,mlflow.model.promoted,prometheus.alert.firing,argocd.sync.succeeded",
			"prometheus.io/scrape": "true", "prometheus.io/port": "9", "prometheus.io/path": "/metrics",
		}}, 202)
	e.want(t, "POST", "/function/box-events", "x", 200)
}

// await waits until an event of topic about subject was delivered.
func (e *eventBox) await(t *testing.T, topic, subject string) {
	t.Helper()
	type delivery struct{ ID, Topic, Subject, FunctionName, State string }
	var list []delivery
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); {
		text := e.want(t, "GET", "/system/events?limit=500", nil, 200)
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(list, func(d delivery) bool {
			return d.Topic == topic && d.Subject == subject && d.FunctionName == "box-events" && d.State == "done"
		})
		if at >= 0 {
			t.Logf("%s %s", topic, list[at].ID)
			return
		}
		<-time.After(500 * time.Millisecond)
	}
	t.Fatalf("no %s about %s came within three minutes; %d others: %+v", topic, subject, len(list), list)
}

// testSync pushes a manifest and lets Argo CD apply it.
func (e *eventBox) testSync(t *testing.T) {
	const repo = "box-events"
	e.do(t, "DELETE", e.git+"/api/v1/repos/"+repo, nil)
	t.Cleanup(func() { e.do(t, "DELETE", e.git+"/api/v1/repos/"+repo, nil) })
	if status, text := e.do(t, "POST", e.git+"/api/v1/repos", map[string]string{"name": repo}); status != 201 {
		t.Fatalf("create a repository: %d %s", status, text)
	}
	dir := t.TempDir()
	manifest := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: box-events-synced}\n"
	if err := os.WriteFile(filepath.Join(dir, "cm.yaml"), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"init", "-q", "-b", "main"}, {"add", "."}, {"-c", "user.name=box", "-c", "user.email=box@lab", "commit", "-qm", "one"},
		{"push", "-q", e.git + "/" + repo + ".git", "main"},
	} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v: %s", args[0], err, out)
		}
	}
	e.await(t, "git.push", "refs/heads/main")
	apps := "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications"
	text := e.kubeDo(t, "POST", apps, map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
		"metadata": map[string]any{"name": repo, "namespace": "argocd", "finalizers": []string{"resources-finalizer.argocd.argoproj.io"}},
		"spec": map[string]any{
			"project": "default", "source": map[string]string{"repoURL": e.inside + "/" + repo + ".git", "path": ".", "targetRevision": "main"},
			"destination": map[string]string{"server": "https://kubernetes.default.svc", "namespace": e.functions},
			"syncPolicy":  map[string]any{"automated": map[string]any{}},
		}})
	if !bytes.Contains(text, []byte(`"kind":"Application"`)) {
		t.Fatalf("create an Application: %s", text)
	}
	t.Cleanup(func() { e.kubeDo(t, "DELETE", apps+"/"+repo, nil) })
	e.await(t, "argocd.sync.succeeded", "argocd/"+repo)
}

// testPromotion makes a model with an alias.
func (e *eventBox) testPromotion(t *testing.T) {
	model := fmt.Sprintf("box-events-%d", os.Getpid())
	api := e.mlflow + "/api/2.0/mlflow/"
	post := func(path string, body map[string]string) string {
		status, text := e.do(t, "POST", api+path, body)
		if status != 200 {
			t.Fatalf("%s: %d %s", path, status, text)
		}
		return text
	}
	var run struct {
		Run struct {
			Info struct {
				ID  string `json:"run_id"`
				URI string `json:"artifact_uri"`
			} `json:"info"`
		} `json:"run"`
	}
	if err := json.Unmarshal([]byte(post("runs/create", map[string]string{"experiment_id": "0"})), &run); err != nil {
		t.Fatal(err)
	}
	<-time.After(8 * time.Second) // the function subscribes: what is there now is where it begins
	post("registered-models/create", map[string]string{"name": model})
	t.Cleanup(func() {
		e.do(t, "DELETE", api+"registered-models/delete", map[string]string{"name": model})
		e.do(t, "POST", api+"runs/delete", map[string]string{"run_id": run.Run.Info.ID})
	})
	post("model-versions/create", map[string]string{"name": model, "run_id": run.Run.Info.ID, "source": run.Run.Info.URI + "/model"})
	post("registered-models/alias", map[string]string{"name": model, "alias": "champion", "version": "1"})
	e.await(t, "mlflow.model.promoted", model)
}

// do sends JSON to another server of the lab.
func (e *eventBox) do(t *testing.T, method, url string, body any) (int, string) {
	t.Helper()
	raw, _ := json.Marshal(body)
	r, err := http.NewRequest(method, url, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(url, e.mlflow) {
		r.Host = "localhost" // MLflow answers to names that it knows only
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text)
}
