package kube

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestHierarchies(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		mountinfo string
		want      []hierarchy
	}{
		"v2": {"30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n", []hierarchy{{"/sys/fs/cgroup", true}}},
		"hybrid": {"31 30 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n32 30 0:28 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 cgroup2 rw\n",
			[]hierarchy{{"/sys/fs/cgroup/memory", false}, {"/sys/fs/cgroup/unified", true}}},
		"part of one": {"31 30 0:27 /docker/1 /mnt rw - cgroup cgroup rw,memory\n", nil},
		"others":      {"21 1 8:1 / / rw - ext4 /dev/sda rw\n22 1 0:20 / /sys/fs/cgroup rw - tmpfs tmpfs rw\nnonsense\n", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := hierarchies(tt.mountinfo); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestInheritCPUSet(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	child := filepath.Join(parent, "lab")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(child, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := inheritCPUSet(parent, child); err != nil {
		t.Errorf("another hierarchy: %v", err)
	}
	write(filepath.Join(parent, "cpuset.cpus"), "0-3\n")
	write(filepath.Join(parent, "cpuset.mems"), "0\n")
	write(filepath.Join(child, "cpuset.cpus"), "\n")
	write(filepath.Join(child, "cpuset.mems"), "1\n")
	if err := inheritCPUSet(parent, child); err != nil {
		t.Fatal(err)
	}
	if got := mustRead(t, filepath.Join(child, "cpuset.cpus")); got != "0-3\n" {
		t.Errorf("cpus %q", got)
	}
	if got := mustRead(t, filepath.Join(child, "cpuset.mems")); got != "1\n" {
		t.Errorf("mems that were set became %q", got)
	}
}

func TestWeigh(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"cpu.shares": "4096", "cpu.weight": "400", "memory.limit_in_bytes": "1"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, name)
			if err := os.WriteFile(file, []byte("1"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := weigh(dir, 4); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(file); err != nil || string(got) != want {
				t.Errorf("%q, %v, want %q", got, err, want)
			}
			if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
				t.Errorf("files were made: %v, %v", list, err)
			}
		})
	}
}

func TestRemoveTree(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "lab")
	if err := os.MkdirAll(filepath.Join(dir, "kubepods", "burstable", "pod1"), 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing, and that is fine
		if err := removeTree(dir); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestSweepLeavesALivingLabAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inner := filepath.Join(dir, "kubepods", "pod1")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	procs := filepath.Join(inner, "cgroup.procs")
	if err := os.WriteFile(procs, []byte("12\n13\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := checkEmpty(dir); err == nil || !strings.Contains(err.Error(), "processes 12, 13 are alive") {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(procs, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := checkEmpty(dir); err != nil {
		t.Error(err)
	}
	if err := checkEmpty(filepath.Join(dir, "none")); err != nil {
		t.Error(err)
	}
}
