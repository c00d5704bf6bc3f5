package kube

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// hierarchy is one mounted cgroup file system.
type hierarchy struct {
	path    string
	unified bool // cgroup v2
}

// hierarchies finds the mounted cgroup file systems in the text of
// /proc/self/mountinfo: one for v2, one a controller for v1, both on a hybrid.
func hierarchies(mountinfo string) []hierarchy {
	var list []hierarchy
	for line := range strings.Lines(mountinfo) {
		before, after, ok := strings.Cut(line, " - ")
		fields, kind := strings.Fields(before), strings.Fields(after)
		if !ok || len(fields) < 5 || len(kind) == 0 || !strings.HasPrefix(kind[0], "cgroup") {
			continue
		}
		if fields[3] == "/" { // not a part of a hierarchy shown elsewhere
			list = append(list, hierarchy{path: fields[4], unified: kind[0] == "cgroup2"})
		}
	}
	return list
}

func mountedHierarchies() ([]hierarchy, error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("find cgroups: %w", err)
	}
	return hierarchies(string(text)), nil
}

// makeCgroup makes the cgroup that the kubelet works below, in every hierarchy.
func makeCgroup(name string) error {
	list, err := mountedHierarchies()
	if err != nil {
		return err
	}
	// On a hybrid the controllers belong to v1.
	pure := !slices.ContainsFunc(list, func(h hierarchy) bool { return !h.unified })
	for _, h := range list {
		dir := filepath.Join(h.path, name)
		if pure {
			if err := delegate(h.path); err != nil {
				return err
			}
		}
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("make cgroup: %w", err)
		}
		if pure {
			if err := delegate(dir); err != nil {
				return err
			}
		}
		if !h.unified {
			if err := inheritCPUSet(h.path, dir); err != nil {
				return err
			}
		}
		if err := weigh(dir, runtime.NumCPU()); err != nil {
			return err
		}
	}
	return nil
}

// weigh gives a cgroup the CPU weight that the kubelet gives all pods of a node:
// that of as many processes as there are cores. With the weight of one, pods would
// wait for whatever else runs on the machine.
func weigh(dir string, cores int) error {
	for name, value := range map[string]int{"cpu.shares": 1024 * cores, "cpu.weight": min(100*cores, 10000)} {
		file := filepath.Join(dir, name)
		if _, err := os.Stat(file); err != nil {
			continue // the other version, or another controller's hierarchy
		}
		if err := os.WriteFile(file, []byte(strconv.Itoa(value)), 0o644); err != nil {
			return fmt.Errorf("weigh cgroup: %w", err)
		}
	}
	return nil
}

// delegate lets the children of a v2 cgroup use every controller that it has.
func delegate(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	if err != nil {
		return fmt.Errorf("delegate cgroup controllers: %w", err)
	}
	for _, name := range strings.Fields(string(text)) {
		err := os.WriteFile(filepath.Join(dir, "cgroup.subtree_control"), []byte("+"+name), 0o644)
		needed := name == "cpu" || name == "memory" || name == "pids"
		if err != nil && needed {
			return fmt.Errorf("delegate cgroup controller %s: %w", name, err)
		}
	}
	return nil
}

// inheritCPUSet fills in what a v1 cpuset needs before processes may enter it.
func inheritCPUSet(parent, dir string) error {
	for _, name := range []string{"cpuset.cpus", "cpuset.mems"} {
		file := filepath.Join(dir, name)
		have, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // not the cpuset hierarchy
		}
		if err != nil {
			return fmt.Errorf("set up cpuset: %w", err)
		}
		if len(bytes.TrimSpace(have)) > 0 {
			continue
		}
		value, err := os.ReadFile(filepath.Join(parent, name))
		if err != nil {
			return fmt.Errorf("set up cpuset: %w", err)
		}
		if err := os.WriteFile(file, value, 0o644); err != nil {
			return fmt.Errorf("set up cpuset: %w", err)
		}
	}
	return nil
}

// removeCgroup removes the cgroup with all below it. Dead processes leave a
// cgroup a moment after their death, so it tries for up to three seconds, also
// when ctx is done already.
func removeCgroup(ctx context.Context, name string) error {
	list, err := mountedHierarchies()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	return poll(ctx, 20*time.Millisecond, func(context.Context) error {
		for _, h := range list {
			if err := checkEmpty(filepath.Join(h.path, name)); err != nil {
				return err
			}
		}
		var failed error
		for _, h := range list {
			failed = errors.Join(failed, removeTree(filepath.Join(h.path, name)))
		}
		return failed
	})
}

// checkEmpty returns an error if there is a process in the cgroup or below it.
// Where somebody lives, not even the empty rooms may be torn down.
func checkEmpty(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.Name() != "cgroup.procs" {
			return err
		}
		processes, err := os.ReadFile(path)
		if err == nil && len(processes) > 0 {
			return fmt.Errorf("%s: processes %s are alive", filepath.Dir(path), strings.Join(strings.Fields(string(processes)), ", "))
		}
		return nil
	})
}

// removeTree removes a cgroup and those below it, the deepest first.
func removeTree(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove cgroup: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := removeTree(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove cgroup: %w", err)
	}
	return nil
}
