package cage

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary be the process that takes too much.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "take" {
		var line string
		_, _ = fmt.Scanln(&line) // it waits until it is caged
		for kept := [][]byte{}; os.Args[2] == "memory"; {
			block := make([]byte, 1<<20)
			for i := 0; i < len(block); i += 4096 {
				block[i] = 1
			}
			kept = append(kept, block)
		}
		for {
			line += "x"
			line = line[:1]
		}
	}
	os.Exit(m.Run())
}

func TestTreesIn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ mounts, want string }{
		"v2": {"30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "/sys/fs/cgroup true cpu,memory,pids"},
		"v1": {"31 25 0:27 / /cg/memory rw - cgroup cgroup rw,memory\n32 25 0:28 / /cg/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n",
			"/cg/memory false memory; /cg/cpu,cpuacct false cpu"},
		"hybrid":          {"30 25 0:26 / /cg/unified rw - cgroup2 cgroup2 rw\n31 25 0:27 / /cg/pids rw - cgroup cgroup rw,pids\n", "/cg/pids false pids"},
		"part of another": {"31 25 0:27 /docker/x /cg/memory rw - cgroup cgroup rw,memory\n", ""},
		"none":            {"1 2 3:4 / / rw - ext4 /dev/vda rw\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, tr := range treesIn(c.mounts) {
				got = append(got, fmt.Sprint(tr.path, " ", tr.unified, " ", strings.Join(slices.Sorted(maps.Keys(tr.has)), ",")))
			}
			if strings.Join(got, "; ") != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// TestUnified writes to plain files where a kernel with v2 has control groups.
func TestUnified(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	c := &Cage{name: "lab/modules", limits: Limits{MemoryBytes: 1 << 20, CPU: 0.5, Processes: 7},
		trees: []tree{{path: root, unified: true, has: chosen("memory", "cpu", "pids")}}}
	dir := filepath.Join(root, "lab", "modules", "m")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{
		filepath.Join(root, "cgroup.subtree_control"): "", filepath.Join(root, "lab", "cgroup.subtree_control"): "",
		filepath.Join(root, "lab", "modules", "cgroup.subtree_control"): "",
		filepath.Join(dir, "cgroup.procs"):                              "", filepath.Join(dir, "memory.max"): "", filepath.Join(dir, "cpu.max"): "", filepath.Join(dir, "pids.max"): "",
		filepath.Join(dir, "memory.current"): "4096\n", filepath.Join(dir, "memory.events"): "oom 4\noom_kill 3\n",
		filepath.Join(dir, "cpu.stat"): "usage_usec 5\nnr_throttled 9\n",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Enter("m", 42); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{"memory.max": "1048576", "cpu.max": "50000 100000", "pids.max": "7", "cgroup.procs": "42"} {
		if got, _ := os.ReadFile(filepath.Join(dir, file)); string(got) != want {
			t.Errorf("%s holds %q, want %q", file, got, want)
		}
	}
	if got := c.Usage("m"); got != (Usage{MemoryBytes: 4096, Throttled: 9, Killed: 3}) {
		t.Errorf("usage is %+v", got)
	}
}

// mustCage makes a real cage, or skips where the test may not.
func mustCage(t *testing.T, l Limits) *Cage {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	c, err := New("labbox-test-"+strconv.Itoa(os.Getpid())+"-"+strings.ToLower(filepath.Base(t.Name())), l)
	if err != nil {
		t.Skip(err)
	}
	if err := c.Enter("probe", os.Getpid()+1<<28); err != nil {
		t.Skip("control groups are read-only here: ", err)
	}
	t.Cleanup(func() {
		if err := c.Leave("probe"); err != nil {
			t.Error(err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// mustTake starts a process that takes all it gets, caged.
func mustTake(t *testing.T, c *Cage, what string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "take", what)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			if err := c.Leave("taker"); err == nil || time.Now().After(deadline) {
				return
			}
		}
	})
	if err := c.Enter("taker", cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintln(in, "go"); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func TestMemoryIsCapped(t *testing.T) {
	c := mustCage(t, Limits{MemoryBytes: 64 << 20})
	cmd := mustTake(t, c, "memory")
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("the process that takes all memory ended with %v", err)
	}
	if u := c.Usage("taker"); u.Killed == 0 {
		t.Errorf("usage does not say that the kernel has killed it: %+v", u)
	}
}

func TestCPUIsCapped(t *testing.T) {
	c := mustCage(t, Limits{CPU: 0.2})
	mustTake(t, c, "cpu")
	for deadline := time.Now().Add(10 * time.Second); c.Usage("taker").Throttled < 3; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the process is never held back: %+v", c.Usage("taker"))
		}
	}
}
