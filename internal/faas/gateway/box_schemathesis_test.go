package gateway

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// TestBoxSchemathesis lets schemathesis (of PyPI, in the versions of
// .ci/schemathesis.lock) look for answers of the gateway that openapi.json does not
// allow, and for 5xx. It runs on a fake cluster and needs neither root nor a lab:
//
//	go test -run TestBoxSchemathesis ./internal/faas/gateway
func TestBoxSchemathesis(t *testing.T) {
	if testing.Short() {
		t.Skip("schemathesis takes a minute")
	}
	tool := mustSchemathesis(t)
	f := newFixture(t, func(c *Config) {
		dynamic(c)
		c.WakeTimeout = 50 * time.Millisecond
		c.UpstreamTimeout = 5 * time.Second
	}, namespace(ns, map[string]string{"openfaas": "1"}), namespace("team", map[string]string{"openfaas": "1"}), function("echo", 1), function("asleep", 0))
	f.ready(t, "echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(body)
	})
	f.Logs = func(context.Context, string, *corev1.PodLogOptions) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("2026-11-23T10:00:00Z hello\n")), nil
	}
	config, err := filepath.Abs("testdata/schemathesis.toml")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, tool, "--config-file", config, "run", f.url+"/openapi.json")
	cmd.Dir = t.TempDir() // it leaves files behind
	cmd.Env = append(os.Environ(), "HOME="+cmd.Dir, "NO_COLOR=1", "PYTHONDONTWRITEBYTECODE=1")
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, summary, _ := strings.Cut(string(out), "SUMMARY")
	t.Logf("%s of\n%s", time.Since(begin).Round(time.Second), summary)
}

// mustSchemathesis returns the program, installed first where it is not.
func mustSchemathesis(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("../../../.ci/schemathesis").Output()
	if err != nil {
		text := ""
		if exit, ok := err.(*exec.ExitError); ok {
			text = string(exit.Stderr)
		}
		t.Fatalf("install schemathesis: %v\n%s", err, text)
	}
	return strings.TrimSpace(string(out))
}
