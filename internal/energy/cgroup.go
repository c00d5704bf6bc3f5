package energy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// ErrNoPods says that no cgroup of pods was found: the kubelet is not there (yet),
// or keeps them elsewhere.
var ErrNoPods = errors.New("no cgroup of pods found")

var (
	podDir       = regexp.MustCompile(`^(?:pod|.*-pod)([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?$`)
	containerDir = regexp.MustCompile(`^(?:[a-z-]+-)?([0-9a-f]{64})(?:\.scope)?$`)
	qosDir       = regexp.MustCompile(`^(?:kubepods-)?(?:burstable|besteffort)(?:\.slice)?$`)
)

// searchDepth is how many groups may lie between the root and kubepods.
const searchDepth = 3

// PodUsage is what the cgroup of a pod tells.
type PodUsage struct {
	UID        string
	CPUSeconds float64
	// MemoryBytes is the working set; 0 where not asked for.
	MemoryBytes float64
	// Containers maps container IDs to CPU seconds, the sandbox among them.
	Containers map[string]float64
}

// Cgroups reads the CPU time of pods from a cgroup file system of version 1 or 2,
// with either cgroup driver of the kubelet.
type Cgroups struct {
	// Root is where the file system is mounted, /sys/fs/cgroup.
	Root string
	// Prefix is the group that holds kubepods (the kubelet's --cgroup-root); it is
	// searched for when empty.
	Prefix string
	// Containers asks for the CPU time of each container, too.
	Containers bool
}

// layout is where things are below Root.
type layout struct {
	v2          bool
	cpu, memory string // directories of kubepods
}

// Read returns all pods, or ErrNoPods.
func (c Cgroups) Read(memory bool) ([]PodUsage, error) {
	l, err := c.find()
	if err != nil {
		return nil, err
	}
	var pods []PodUsage
	err = l.eachPod("", func(rel, uid string) {
		cpu, err := l.cpuSeconds(rel)
		if err != nil { // gone since
			return
		}
		p := PodUsage{UID: uid, CPUSeconds: cpu}
		if c.Containers {
			p.Containers = l.containers(rel)
		}
		if memory {
			p.MemoryBytes = l.workingSet(rel)
		}
		pods = append(pods, p)
	})
	return pods, err
}

func (c Cgroups) find() (layout, error) {
	if _, err := os.Stat(filepath.Join(c.Root, "cgroup.controllers")); err == nil {
		dir, err := c.kubepods(c.Root)
		return layout{v2: true, cpu: dir, memory: dir}, err
	}
	for _, controller := range []string{"cpuacct", "cpu,cpuacct", "cpuacct,cpu"} {
		base := filepath.Join(c.Root, controller)
		if dir, err := c.kubepods(base); err == nil {
			rel := strings.TrimPrefix(dir, base)
			return layout{cpu: dir, memory: filepath.Join(c.Root, "memory") + rel}, nil
		}
	}
	return layout{}, fmt.Errorf("look below %s: %w", c.Root, ErrNoPods)
}

// kubepods returns the nearest group called kubepods at or below base.
func (c Cgroups) kubepods(base string) (string, error) {
	level := []string{filepath.Join(base, c.Prefix)}
	for range searchDepth + 1 {
		var next []string
		for _, dir := range level {
			for _, name := range []string{"kubepods", "kubepods.slice"} {
				if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.IsDir() {
					return filepath.Join(dir, name), nil
				}
			}
			next = append(next, subdirs(dir)...)
		}
		if c.Prefix != "" {
			break
		}
		level = next
	}
	return "", fmt.Errorf("look below %s: %w", base, ErrNoPods)
}

func subdirs(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var dirs []string
	for _, e := range entries {
		if e.IsDir() {
			dirs = append(dirs, filepath.Join(dir, e.Name()))
		}
	}
	return dirs
}

// eachPod calls f for the pods in rel and in the groups by quality of service.
func (l layout) eachPod(rel string, f func(rel, uid string)) error {
	entries, err := os.ReadDir(filepath.Join(l.cpu, rel))
	if err != nil {
		return fmt.Errorf("list pods: %w", err)
	}
	for _, e := range entries {
		path := filepath.Join(rel, e.Name())
		switch match := podDir.FindStringSubmatch(e.Name()); {
		case !e.IsDir():
		case match != nil:
			f(path, strings.ReplaceAll(match[1], "_", "-"))
		case rel == "" && qosDir.MatchString(e.Name()):
			if err := l.eachPod(path, f); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l layout) cpuSeconds(rel string) (float64, error) {
	if !l.v2 {
		ns, err := readUint(filepath.Join(l.cpu, rel, "cpuacct.usage"))
		return float64(ns) / 1e9, err
	}
	us, err := readKey(filepath.Join(l.cpu, rel, "cpu.stat"), "usage_usec")
	return us / 1e6, err
}

func (l layout) containers(rel string) map[string]float64 {
	found := map[string]float64{}
	for _, dir := range subdirs(filepath.Join(l.cpu, rel)) {
		match := containerDir.FindStringSubmatch(filepath.Base(dir))
		if match == nil {
			continue
		}
		if cpu, err := l.cpuSeconds(filepath.Join(rel, filepath.Base(dir))); err == nil {
			found[match[1]] = cpu
		}
	}
	return found
}

// workingSet is memory in use without file pages that could go, as the kubelet
// counts it; 0 where it cannot be read.
func (l layout) workingSet(rel string) float64 {
	dir := filepath.Join(l.memory, rel)
	usageFile, key := "memory.usage_in_bytes", "total_inactive_file"
	if l.v2 {
		usageFile, key = "memory.current", "inactive_file"
	}
	usage, err := readUint(filepath.Join(dir, usageFile))
	if err != nil {
		return 0
	}
	inactive, _ := readKey(filepath.Join(dir, "memory.stat"), key)
	return max(float64(usage)-inactive, 0)
}

// readKey returns the number after key in a file of "key number" lines.
func readKey(file, key string) (float64, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, key+" "); ok {
			return strconv.ParseFloat(strings.TrimSpace(rest), 64)
		}
	}
	return 0, fmt.Errorf("%s has no %s", file, key)
}
