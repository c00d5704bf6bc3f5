package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func boxCapstone(t *testing.T, b *box) {
	r := b.capstone()
	for _, s := range r.Steps {
		evidence, _ := json.Marshal(s.Evidence)
		t.Logf("%s  %.1f s  %s", s.ID, s.Seconds, evidence)
		if len(s.Evidence) == 0 {
			t.Errorf("step %s has no evidence", s.ID)
		}
	}
	if len(r.Steps) != 6 {
		t.Fatalf("%d steps, want six", len(r.Steps))
	}
}

// boxAgain runs the capstone a second time, which waits for Prometheus most of the time,
// while somebody looks at every page.
func boxAgain(t *testing.T, b *box) {
	t.Run("the capstone is idempotent", func(t *testing.T) {
		t.Parallel()
		boxCapstoneAgain(t, b.with(t))
	})
	t.Run("no page keeps anybody out", func(t *testing.T) {
		t.Parallel()
		boxPages(t, b.with(t))
	})
}

// boxCapstoneAgain: a second run has the same model and the same commits.
func boxCapstoneAgain(t *testing.T, b *box) {
	commits := b.must("kubectl", "get", "applications", "-n", "argocd", "-o", "jsonpath={.items[*].status.sync.revision}")
	jobs := b.must("kubectl", "get", "jobs", "-n", "mlops", "-o", "name")
	r := b.capstone()
	t.Logf("second run: %.1f s", r.Finished.Sub(r.Started).Seconds())
	if again := b.must("kubectl", "get", "applications", "-n", "argocd", "-o", "jsonpath={.items[*].status.sync.revision}"); again != commits {
		t.Errorf("revisions were %s, are %s", commits, again)
	}
	if again := b.must("kubectl", "get", "jobs", "-n", "mlops", "-o", "name"); again != jobs {
		t.Errorf("jobs were %s, are %s", jobs, again)
	}
}

// boxCapstoneReset removes what the capstone made and runs it from the start.
func boxCapstoneReset(t *testing.T, b *box) {
	b.must("capstone", "reset")
	if _, _, code := b.labbox("capstone", "status"); code != 15 {
		t.Errorf("status after reset: exit code %d, want 15", code)
	}
	if out := b.must("kubectl", "get", "applications", "-n", "argocd", "-o", "name"); out != "" {
		t.Errorf("applications after reset:\n%s", out)
	}
	b.capstone()
}

// lineWaiter reads lines in the background.
type lineWaiter struct {
	lines chan string
	all   strings.Builder
}

func newLineWaiter(r io.Reader) *lineWaiter {
	w := &lineWaiter{lines: make(chan string, 1000)}
	go func() {
		defer close(w.lines)
		s := bufio.NewScanner(r)
		for s.Scan() {
			w.lines <- s.Text()
		}
	}()
	return w
}

// await reads on until a line contains part.
func (w *lineWaiter) await(part string, within time.Duration) bool {
	deadline := time.After(within)
	for {
		select {
		case line, open := <-w.lines:
			w.all.WriteString(line + "\n")
			if !open || strings.Contains(line, part) {
				return open
			}
		case <-deadline:
			return false
		}
	}
}

// drain reads to the end.
func (w *lineWaiter) drain() {
	for line := range w.lines {
		w.all.WriteString(line + "\n")
	}
}

func (w *lineWaiter) text() string { return w.all.String() }

// interruptInside sends SIGINT to the program that nsenter, as process pid, has
// started inside the machine.
func interruptInside(t *testing.T, pid int) {
	t.Helper()
	out := mustOutput(t, exec.Command("pgrep", "-P", strconv.Itoa(pid)))
	child, err := strconv.Atoi(strings.TrimSpace(out))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(child, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
}
