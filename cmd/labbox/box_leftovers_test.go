package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// footprint is what a lab could leave on a machine.
type footprint struct {
	processes, mounts, links, cgroups []string
}

// footprint reads the machine's processes, mounts and links, and the control
// groups of the host that name labbox.
func (b *box) footprint() footprint {
	b.t.Helper()
	var f footprint
	space, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", b.pid))
	if err != nil {
		b.t.Fatal(err)
	}
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range all {
		if own, _ := os.Readlink(p + "/ns/pid"); own == space || b.below(filepath.Base(p)) {
			command, _ := os.ReadFile(p + "/comm")
			f.processes = append(f.processes, strings.TrimSpace(string(command)))
		}
	}
	mounts, err := os.ReadFile(fmt.Sprintf("/proc/%d/mounts", b.pid))
	if err != nil {
		b.t.Fatal(err)
	}
	f.mounts = strings.Split(strings.TrimSpace(string(mounts)), "\n")
	links := mustOutput(b.t, exec.Command("nsenter", "-t", strconv.Itoa(b.pid), "-n", "ip", "-br", "link"))
	f.links = strings.Split(strings.TrimSpace(links), "\n")
	for _, pattern := range []string{"/sys/fs/cgroup/*/labbox*", "/sys/fs/cgroup/labbox*", "/sys/fs/cgroup/*/k8s.io*"} {
		found, _ := filepath.Glob(pattern)
		f.cgroups = append(f.cgroups, found...)
	}
	for _, list := range [][]string{f.processes, f.mounts, f.links, f.cgroups} {
		slices.Sort(list)
	}
	return f
}

// below reports whether a process descends from the machine's first one.
func (b *box) below(pid string) bool {
	for pid != "0" && pid != "1" && pid != "" {
		if pid == strconv.Itoa(b.pid) {
			return true
		}
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil {
			return false
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(rest)
		if len(fields) < 2 {
			return false
		}
		pid = fields[1]
	}
	return false
}

// awaitProcesses waits until only the machine's own processes are left: one that
// has ended is to be seen until its parent has taken note.
func (b *box) awaitProcesses() {
	b.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for len(b.footprint().processes) > b.own {
		if time.Now().After(deadline) {
			b.t.Errorf("still running: %v", b.footprint().processes)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// mustLeaveNothing compares the machine with how it was before.
func (b *box) mustLeaveNothing(before footprint) {
	b.t.Helper()
	b.awaitProcesses()
	after := b.footprint()
	for name, pair := range map[string][2][]string{
		"processes":      {before.processes, after.processes},
		"mounts":         {before.mounts, after.mounts},
		"network links":  {before.links, after.links},
		"control groups": {before.cgroups, after.cgroups},
	} {
		if !slices.Equal(pair[0], pair[1]) {
			b.t.Errorf("%s before:\n  %s\nafter:\n  %s", name, strings.Join(pair[0], "\n  "), strings.Join(pair[1], "\n  "))
		}
	}
}
