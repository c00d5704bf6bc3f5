package kube

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// outside starts commands where the test is, instead of in a sandbox.
type outside struct{ err error }

func (o outside) start(_ context.Context, cmd *exec.Cmd) error {
	if o.err != nil {
		return o.err
	}
	return cmd.Start()
}

func newChild(t *testing.T, spec childSpec) *child {
	t.Helper()
	if spec.grace == 0 {
		spec.grace = 10 * time.Second
	}
	return &child{childSpec: spec, in: outside{}, exe: "/proc/self/exe", logPath: filepath.Join(t.TempDir(), "child.log")}
}

// says is a check that waits for words in the child's log.
func says(p *child, words string) func(context.Context) error {
	return func(context.Context) error {
		if strings.Contains(string(tailOf(p.logPath)), words) {
			return nil
		}
		return errors.New("not yet")
	}
}

func TestChildStartsServesAndStops(t *testing.T) {
	t.Parallel()
	p := newChild(t, childSpec{name: "test-serve", args: []string{"a b"}, env: []string{"SPECIAL=value"}})
	p.check = says(p, "serving [a b] value")
	ctx, cancel := context.WithCancel(t.Context())
	err := p.Run(ctx, func() {
		if pid, up := p.now(); pid == 0 || !up {
			t.Errorf("pid %d, up %v when ready", pid, up)
		}
		cancel()
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(tailOf(p.logPath)), "stopped properly") {
		t.Error("it was not asked to stop")
	}
	if pid, up := p.now(); pid != 0 || up {
		t.Errorf("pid %d, up %v after the end", pid, up)
	}
}

func TestChildThatDoesNotStopIsKilled(t *testing.T) {
	t.Parallel()
	p := newChild(t, childSpec{name: "test-stubborn", grace: 50 * time.Millisecond})
	p.check = says(p, "serving")
	ctx, cancel := context.WithCancel(t.Context())
	if err := p.Run(ctx, cancel); err != nil {
		t.Fatal(err)
	}
}

func TestDeadChildTellsCommandAndLastOutput(t *testing.T) {
	t.Parallel()
	p := newChild(t, childSpec{name: "test-crash", args: []string{"--flag"}})
	p.check = func(context.Context) error { return errors.New("never") }
	err := p.Run(t.Context(), func() { t.Error("it was ready") })
	for _, want := range []string{"test-crash --flag", "exit status 3", "last words"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
}

func TestChildThatCannotStart(t *testing.T) {
	t.Parallel()
	p := newChild(t, childSpec{name: "test-serve"})
	boom := errors.New("boom")
	p.in = outside{boom}
	if err := p.Run(t.Context(), func() {}); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
}

func TestTrimLogKeepsTheEnd(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.log")
	if err := os.WriteFile(path, []byte(strings.Repeat("x", logLimit)+"the end"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := trimLog(path); err != nil {
		t.Fatal(err)
	}
	if len(mustRead(t, path)) != 0 {
		t.Error("the log was not emptied")
	}
	if kept := mustRead(t, path+".1"); len(kept) != logKeep || !strings.HasSuffix(kept, "the end") {
		t.Errorf("kept %d bytes", len(kept))
	}
	if err := os.WriteFile(path, []byte("small"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := trimLog(path); err != nil || mustRead(t, path) != "small" {
		t.Errorf("a small log was touched: %v", err)
	}
}

func TestTailOf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, size := range map[string]int{"short": 10, "long": 5 * tailBytes} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(strings.Repeat("x", size)), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := len(tailOf(path)); got != min(size, tailBytes) {
			t.Errorf("%s: %d bytes", name, got)
		}
	}
	if tailOf(filepath.Join(dir, "none")) != nil {
		t.Error("a missing log has an end")
	}
}
