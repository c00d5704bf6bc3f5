package gateway

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labbox/labbox/internal/faas/store"
)

// faasCLI runs the real client with its own home, as an environment to itself.
type faasCLI struct {
	program string
	env     []string
}

// run returns what the client printed, and whether it called that a success.
func (c *faasCLI) run(t *testing.T, stdin string, args ...string) (string, bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.program, args...)
	cmd.Env, cmd.Stdin = c.env, strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// TestBoxFaasCLI drives the interface with the real faas-cli, of LABBOX_FAAS_CLI or
// PATH, on a fake cluster: neither root nor a lab is needed.
func TestBoxFaasCLI(t *testing.T) {
	program := os.Getenv("LABBOX_FAAS_CLI")
	if program == "" {
		program, _ = exec.LookPath("faas-cli")
	}
	if testing.Short() || program == "" {
		t.Skip("no faas-cli: name one in LABBOX_FAAS_CLI or put it into PATH")
	}
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "cli-1", Namespace: ns, Labels: map[string]string{store.LabelFunction: "cli"}},
		Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{
			{ContainerID: "c", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}},
	}
	f := newFixture(t, dynamic, pod)
	f.Logs = func(context.Context, string, *corev1.PodLogOptions) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("2026-11-23T10:00:00Z a line of the log\n")), nil
	}
	home := t.TempDir()
	c := &faasCLI{program: program, env: []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "OPENFAAS_CONFIG=" + home, "OPENFAAS_URL=" + f.url,
		"OPENFAAS_STORE=" + f.url + "/store/functions.json"}}
	shelf := f.url + "/store/functions.json"
	steps := []struct {
		args  string
		stdin string
		fails bool
		want  string // part of what it prints
	}{
		{args: "login --username admin --password-stdin", stdin: "wrong", fails: true, want: "username or password is incorrect"},
		{args: "login --username admin --password-stdin", stdin: "secret", want: "credentials saved"},
		{args: "version --warn-update=false", want: "kubernetes"},
		{args: "namespaces", want: "openfaas-fn"},
		{args: "deploy --name cli --image labbox.local/fn-python:dev --env A=b --label team=x --annotation topic=y --readonly", want: "202"},
		{args: "deploy --name cli --image labbox.local/fn-python:dev --env A=c", want: "202"}, // an update
		{args: "list", want: "cli"},
		{args: "list --verbose", want: "labbox.local/fn-python:dev"},
		{args: "describe cli", want: "labbox.local/fn-python:dev"},
		{args: "invoke cli", stdin: "hello", want: "POST / hello"},
		{args: "invoke none", stdin: "hello", fails: true, want: "404"},
		{args: "logs cli --tail=false", want: "a line of the log"},
		{args: "secret create box-key --from-literal value", want: ""},
		{args: "secret create box-key --from-literal value", want: "already exists"},
		{args: "secret list", want: "box-key"},
		{args: "secret update box-key --from-literal other", want: ""},
		{args: "secret remove box-key", want: ""},
		{args: "secret remove box-key", fails: true, want: ""},
		{args: "store list --url " + shelf, want: "WordCount"},
		{args: "store deploy wordcount --url " + shelf, want: "202"},
		{args: "describe wordcount", want: "wordcount"},
		{args: "remove cli", want: ""},
		{args: "remove cli", fails: true, want: ""},
	}
	for _, step := range steps {
		if step.args == "invoke cli" {
			f.ready(t, "cli", func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				_, _ = io.WriteString(w, r.Method+" "+r.URL.Path+" "+strings.TrimSpace(string(body)))
			})
		}
		out, ok := c.run(t, step.stdin, strings.Fields(step.args)...)
		if ok == step.fails || !strings.Contains(out, step.want) {
			t.Errorf("faas-cli %s: success %v\n%s\nwant %q in it", step.args, ok, out, step.want)
		}
	}
}
