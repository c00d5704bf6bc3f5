package kube

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"k8s.io/component-base/version"

	"github.com/labbox/labbox/internal/lab"
)

// Components returns the cluster's child processes: whether each is ready, its
// version and its private memory.
func (c *Cluster) Components(context.Context) []lab.Component {
	modules := moduleVersions()
	var list []lab.Component
	add := func(name string, pid int, up bool) {
		component := lab.Component{Name: name, Namespace: "kube-system", Ready: up, Version: modules[versionOf[name]]}
		if versionOf[name] == "" {
			component.Version = version.Get().GitVersion
		}
		if pid == 0 {
			component.Message = "does not run"
		} else if !up {
			component.Message = "is starting"
		}
		if memory, err := privateMemory(pid); err == nil {
			component.MemoryBytes = memory
		}
		list = append(list, component)
	}
	for _, child := range c.children {
		pid, up := child.now()
		add(child.name, pid, up)
	}
	c.box.mu.Lock()
	pid := c.box.pid
	c.box.mu.Unlock()
	add(nameSandbox, pid, pid != 0)
	return list
}

// versionOf maps a child to the Go module whose version is its own; those that
// are not there have the version of Kubernetes.
var versionOf = map[string]string{
	nameStore:      "github.com/k3s-io/kine",
	nameContainerd: "github.com/containerd/containerd/v2",
	nameHelpers:    "github.com/coredns/coredns",
}

func moduleVersions() map[string]string {
	versions := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			versions[m.Path] = m.Version
		}
	}
	return versions
}

// privateMemory reads the memory of a process that no other process shares.
func privateMemory(pid int) (int64, error) {
	f, err := os.Open("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), "RssAnon:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("process %d: no RssAnon", pid)
}
