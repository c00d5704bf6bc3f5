package app

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/labbox/labbox/internal/fn/build"
	"github.com/labbox/labbox/internal/lab"
)

func TestNameOf(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"hello": "hello", "ttl.sh/me/Hello_World:1.2": "hello-world", "localhost:5000/x@sha256:00": "x", "a/---:x": "function",
	} {
		if got := nameOf(ref); got != want {
			t.Errorf("nameOf(%q) = %q, want %q", ref, got, want)
		}
	}
}

func TestRefsOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		ref, last string
		fails     bool
	}{
		{"", "labbox.local/fn/f:latest", false},
		{"labbox.local/fn/f:latest", "labbox.local/fn/f:latest", false},
		{"ttl.sh/me/f:1", "ttl.sh/me/f:1", false},
		{"f", "docker.io/library/f:latest", false},
		{"labbox.local/fn-python:dev", "", true},
		{"labbox.local/pause:3", "", true},
		{"f@sha256:" + strings.Repeat("0", 64), "", true},
		{"F F", "", true},
	}
	for _, tt := range tests {
		refs, err := refsOf("f", tt.ref)
		if (err != nil) != tt.fails || !tt.fails && (refs[len(refs)-1] != tt.last || refs[0] != "labbox.local/fn/f:{digest}") {
			t.Errorf("refsOf(%q) = %q, %v", tt.ref, refs, err)
		}
		if tt.fails && lab.AsError(err).Code != lab.CodeUsage {
			t.Errorf("refsOf(%q): %v is none that the author can act on", tt.ref, err)
		}
	}
}

func TestChange(t *testing.T) {
	t.Parallel()
	base := func() ocispec.ImageConfig {
		return ocispec.ImageConfig{Env: []string{"mode=http", "a=1"}, Entrypoint: []string{"w"}, Cmd: []string{"c"}, User: "1",
			Labels: map[string]string{"x": "y"}, ExposedPorts: map[string]struct{}{"8080/tcp": {}}}
	}
	c := base()
	change(build.Config{})(&c)
	if !slices.Equal(c.Env, base().Env) || c.User != "1" || !slices.Equal(c.Cmd, base().Cmd) {
		t.Errorf("nothing to change gave %+v", c)
	}
	change(build.Config{Env: []string{"a=2", "b=3"}, Entrypoint: []string{"e"}, User: "2", Workdir: "/w", Labels: map[string]string{"l": "m"}, Ports: []string{"9", "10/udp"}})(&c)
	_, nine := c.ExposedPorts["9/tcp"]
	_, ten := c.ExposedPorts["10/udp"]
	if !slices.Equal(c.Env, []string{"mode=http", "a=2", "b=3"}) || !slices.Equal(c.Entrypoint, []string{"e"}) || c.Cmd != nil || c.User != "2" || c.WorkingDir != "/w" || c.Labels["l"] != "m" || !nine || !ten {
		t.Errorf("changed to %+v", c)
	}
}

// A function whose image was built anew under the same name gets new pods.
func TestRenew(t *testing.T) {
	t.Parallel()
	running := func(image string) string {
		return `{"spec":{"template":{"spec":{"containers":[{"image":"` + image + `"}]}}}}`
	}
	tests := []struct {
		name, deployed, built string
		renewed               bool
	}{
		{"the same name", running("ttl.sh/me/f:1"), "ttl.sh/me/f:1", true},
		{"the same name, short", running("f"), "docker.io/library/f:latest", true},
		{"another tag", running("ttl.sh/me/f:1"), "ttl.sh/me/f:2", false},
		{"by digest", running("labbox.local/fn/f:0123456789ab"), "ttl.sh/me/f:1", false},
		{"not deployed", "", "ttl.sh/me/f:1", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			objects := &deployments{answers: []string{tt.deployed}}
			if err := (&functionStore{objects: objects}).renew(t.Context(), "f", tt.built, "sha256:00"); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(objects.applied, "sha256:00"); got != tt.renewed {
				t.Errorf("applied %q", objects.applied)
			}
		})
	}
}

// deployments answers for a cluster, one step at each question.
type deployments struct {
	lab.Objects
	answers []string
	applied string
}

func (d *deployments) Apply(_ context.Context, manifest []byte) error {
	d.applied += string(manifest)
	return nil
}

func (d *deployments) Get(context.Context, lab.ObjectRef) ([]byte, error) {
	next := d.answers[0]
	if len(d.answers) > 1 {
		d.answers = d.answers[1:]
	}
	if next == "" {
		return nil, lab.Errorf(lab.CodeNotFound, "", "not there")
	}
	return []byte(next), nil
}

const (
	oldPods = `{"metadata":{"generation":2},"spec":{"replicas":1},"status":{"observedGeneration":1,"replicas":1,"updatedReplicas":1,"availableReplicas":1}}`
	both    = `{"metadata":{"generation":2},"spec":{"replicas":1},"status":{"observedGeneration":2,"replicas":2,"updatedReplicas":1,"availableReplicas":2}}`
	newPods = `{"metadata":{"generation":2},"spec":{"replicas":1},"status":{"observedGeneration":2,"replicas":1,"updatedReplicas":1,"availableReplicas":1}}`
	atZero  = `{"metadata":{"generation":2},"spec":{"replicas":0},"status":{"observedGeneration":2}}`
)

// mustAdmin serves what the daemon would, and returns who calls it.
func mustAdmin(t *testing.T, f *functionStore) *Remote {
	t.Helper()
	cfg := DefaultConfig()
	cfg.DataDir = t.TempDir()
	mux := http.NewServeMux()
	f.route(mux)
	l, err := net.Listen("unix", Paths{cfg.DataDir}.Socket())
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: mux}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return Connect(cfg)
}

func TestFnAwaitWaitsForTheRollout(t *testing.T) {
	t.Parallel()
	objects := &deployments{answers: []string{oldPods, both, newPods, atZero}}
	r := mustAdmin(t, &functionStore{objects: objects})
	all := []FnDeployed{{Function: "a", Namespace: "n"}, {Function: "b", Namespace: "n"}}
	if err := r.FnAwait(t.Context(), all, time.Minute); err != nil || len(objects.answers) != 1 {
		t.Errorf("FnAwait() = %v with %d answers left", err, len(objects.answers))
	}
	r = mustAdmin(t, &functionStore{objects: &deployments{answers: []string{both}}})
	if err := r.FnAwait(t.Context(), all, 20*time.Millisecond); lab.AsError(err).Code != lab.CodeNotReady || !strings.Contains(err.Error(), "1 new") {
		t.Errorf("a rollout that does not end: %v", err)
	}
	r = mustAdmin(t, &functionStore{objects: &deployments{answers: []string{""}}})
	if err := r.FnAwait(t.Context(), all, time.Minute); lab.AsError(err).Code != lab.CodeNotFound {
		t.Errorf("a function that is gone: %v", err)
	}
}

// What goes wrong on the daemon's side comes to the command line with its code.
func TestReceiveImageRefuses(t *testing.T) {
	t.Parallel()
	f := &functionStore{builds: t.TempDir(), log: slog.New(slog.DiscardHandler), socket: func() (string, error) {
		return "", lab.Errorf(lab.CodeNotReady, "", "no containerd yet")
	}}
	r := mustAdmin(t, f)
	layer := filepath.Join(t.TempDir(), "layer")
	if err := os.WriteFile(layer, []byte("layer"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		order fnImageOrder
		code  lab.Code
		want  string
	}{
		{"bad name", fnImageOrder{Name: "../x"}, lab.CodeUsage, "no name for a function"},
		{"the lab's own image", fnImageOrder{Name: "f", Image: "labbox.local/fn-go:dev"}, lab.CodeUsage, "the lab's own"},
		{"a layer that is another one", fnImageOrder{Name: "f", Result: build.Result{Layer: layer, Digest: strings.Repeat("0", 64)}}, lab.CodeUsage, "should be"},
		{"no cluster", fnImageOrder{Name: "f", Result: build.Result{Config: build.Config{Env: []string{"LONG=" + strings.Repeat("x", 100_000)}}}}, lab.CodeNotReady, "no containerd"},
		{"endless", fnImageOrder{Name: "f", Image: strings.Repeat("x", 2<<20)}, lab.CodeUsage, "read the order"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := r.sendImage(t.Context(), tt.order)
			if err == nil || lab.AsError(err).Code != tt.code || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %s: %q", err, tt.code, tt.want)
			}
		})
	}
	if left, err := os.ReadDir(f.builds); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	var answer map[string]any
	if err := r.exchange(t.Context(), http.MethodPost, "/api/v1/fn/images", strings.NewReader("no JSON"), &answer); lab.AsError(err).Code != lab.CodeUsage {
		t.Errorf("an order that is none: %v", err)
	}
}
