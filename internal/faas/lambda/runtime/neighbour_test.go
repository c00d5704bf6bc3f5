package runtime

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// mustNeighbour starts a process and a neighbour that sees it alone.
func mustNeighbour(t *testing.T) (*neighbour, *exec.Cmd) {
	t.Helper()
	cmd := exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = cmd.Wait() }() // the kubelet's part
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	proc := t.TempDir()
	pid := fmt.Sprint(cmd.Process.Pid)
	if err := os.Symlink("/proc/"+pid, filepath.Join(proc, pid)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"1", "self", fmt.Sprint(os.Getpid())} { // none of these is one
		if err := os.Symlink("/proc/self", filepath.Join(proc, name)); err != nil {
			t.Fatal(err)
		}
	}
	n := newNeighbour(proc)
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		n.mu.Lock()
		seen := len(n.known)
		n.mu.Unlock()
		if seen == 1 {
			return n, cmd
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d processes are seen, want 1", seen)
		}
	}
}

func awaitEnd(t *testing.T, n *neighbour) {
	t.Helper()
	select {
	case <-n.Ended():
	case <-time.After(5 * time.Second):
		t.Fatal("its end is not noticed")
	}
}

func TestNeighbourThatEnds(t *testing.T) {
	t.Parallel()
	n, cmd := mustNeighbour(t)
	if n.PeakMemory() == 0 {
		t.Error("it uses no memory")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	awaitEnd(t, n)
}

func TestNeighbourThatIsStopped(t *testing.T) {
	t.Parallel()
	for _, grace := range []time.Duration{0, time.Second} {
		n, _ := mustNeighbour(t)
		n.Stop(grace)
		awaitEnd(t, n)
		for deadline := time.Now().Add(5 * time.Second); len(n.others()) > 0; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("it lives on after Stop(%s)", grace)
			}
		}
	}
}
