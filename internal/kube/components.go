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

// Components returns the cluster's own parts: whether each is ready, its version
// and its private memory. Parts that share a process share its memory evenly.
func (c *Cluster) Components(context.Context) []lab.Component {
	modules := moduleVersions()
	var list []lab.Component
	for _, child := range c.children {
		pid, up := child.now()
		names := child.names()
		for _, name := range names {
			part := component(name, pid, up, modules)
			part.MemoryBytes /= int64(len(names))
			list = append(list, part)
		}
	}
	c.box.mu.Lock()
	pid := c.box.pid
	c.box.mu.Unlock()
	return append(list, component(nameSandbox, pid, pid != 0, modules))
}

func component(name string, pid int, up bool, modules map[string]string) lab.Component {
	part := lab.Component{Name: name, Namespace: "kube-system", Ready: up, Version: version.Get().GitVersion}
	if module := moduleOf(name); module != "" {
		part.Version = modules[module]
	}
	switch {
	case pid == 0:
		part.Message = "does not run"
	case !up:
		part.Message = "is starting"
	}
	if memory, err := privateMemory(pid); err == nil {
		part.MemoryBytes = memory
	}
	return part
}

// moduleOf returns the Go module whose version is the part's own; the others have
// the version of Kubernetes.
func moduleOf(name string) string {
	switch name {
	case nameStore:
		return "github.com/k3s-io/kine"
	case nameContainerd:
		return "github.com/containerd/containerd/v2"
	case nameDNS:
		return "github.com/coredns/coredns"
	case nameMetrics:
		return "sigs.k8s.io/metrics-server"
	case nameStorage:
		return "sigs.k8s.io/sig-storage-lib-external-provisioner/v13"
	}
	return ""
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
