package cage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// tree is one mounted hierarchy of control groups: all of v2, or some controllers of v1.
type tree struct {
	path    string
	unified bool
	has     map[string]bool // controllers that matter here
}

// period is how often processor time is handed out, in microseconds.
const period = 100_000

// treesIn finds the hierarchies in the text of /proc/self/mountinfo. On a hybrid the
// controllers belong to v1, and v2 is left alone.
func treesIn(mountinfo string) []tree {
	var old, unified []tree
	for line := range strings.Lines(mountinfo) {
		before, after, ok := strings.Cut(line, " - ")
		fields, kind := strings.Fields(before), strings.Fields(after)
		if !ok || len(fields) < 5 || len(kind) < 3 || fields[3] != "/" {
			continue
		}
		switch kind[0] {
		case "cgroup2":
			unified = append(unified, tree{path: fields[4], unified: true, has: chosen("memory", "cpu", "pids")})
		case "cgroup":
			if has := chosen(strings.Split(kind[2], ",")...); len(has) > 0 {
				old = append(old, tree{path: fields[4], has: has})
			}
		}
	}
	if len(old) > 0 {
		return old
	}
	return unified
}

// chosen are the controllers among names that matter here.
func chosen(names ...string) map[string]bool {
	has := map[string]bool{}
	for _, n := range names {
		if n == "memory" || n == "cpu" || n == "pids" {
			has[n] = true
		}
	}
	return has
}

// prepare makes the group that the names' groups are below, and those above it. On v2 a
// group hands its controllers down only when told to, and so does the root.
func (t tree) prepare(group string) error {
	dir := t.path
	if err := t.handDown(dir); err != nil {
		return err
	}
	for part := range strings.SplitSeq(group, "/") {
		dir = filepath.Join(dir, part)
		if err := mkdir(dir); err != nil {
			return err
		}
		if err := t.handDown(dir); err != nil {
			return err
		}
	}
	return nil
}

func (t tree) handDown(dir string) error {
	if !t.unified {
		return nil
	}
	for name := range t.has {
		if err := t.write(dir, "cgroup.subtree_control", "+"+name); err != nil {
			return err
		}
	}
	return nil
}

// values are the files of one group and what is written to them.
func (t tree) values(l Limits) map[string]string {
	out := map[string]string{}
	set := func(controller string, limited bool, v1, v2 map[string]string) {
		if !limited || !t.has[controller] {
			return
		}
		from := v1
		if t.unified {
			from = v2
		}
		for file, value := range from {
			out[file] = value
		}
	}
	memory, quota := strconv.FormatInt(l.MemoryBytes, 10), strconv.Itoa(int(l.CPU*period))
	set("memory", l.MemoryBytes > 0,
		map[string]string{"memory.limit_in_bytes": memory, "memory.swappiness": "0"},
		map[string]string{"memory.max": memory, "memory.swap.max": "0", "memory.oom.group": "1"})
	set("cpu", l.CPU > 0,
		map[string]string{"cpu.cfs_period_us": strconv.Itoa(period), "cpu.cfs_quota_us": quota},
		map[string]string{"cpu.max": quota + " " + strconv.Itoa(period)})
	processes := map[string]string{"pids.max": strconv.Itoa(l.Processes)}
	set("pids", l.Processes > 0, processes, processes)
	return out
}

// write writes a file of a group. A kernel without swap has no file for it, and that
// is as good.
func (t tree) write(dir, file, value string) error {
	err := os.WriteFile(filepath.Join(dir, file), []byte(value), 0)
	optional := file == "memory.swap.max" || file == "memory.swappiness" || file == "memory.oom.group"
	if err == nil || (optional && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission))) {
		return nil
	}
	return fmt.Errorf("set control group: %w", err)
}

// read adds what the group says to u.
func (t tree) read(dir string, u *Usage) {
	if t.has["memory"] {
		now, events := "memory.usage_in_bytes", "memory.oom_control"
		if t.unified {
			now, events = "memory.current", "memory.events"
		}
		u.MemoryBytes = readNumber(dir, now, "")
		u.Killed = readNumber(dir, events, "oom_kill")
	}
	if t.has["cpu"] {
		u.Throttled = readNumber(dir, "cpu.stat", "nr_throttled")
	}
}
