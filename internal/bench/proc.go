package bench

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// processes lists the daemon, its descendants, and everything in the process
// namespace of the sandbox, containers included.
func processes(daemon int) []int {
	entries, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil
	}
	parent, space := map[int]int{}, map[int]string{}
	for _, e := range entries {
		pid, _ := strconv.Atoi(filepath.Base(e))
		parent[pid] = parentOf(pid)
		space[pid], _ = os.Readlink(e + "/ns/pid")
	}
	own := space[os.Getpid()]
	spaces := map[string]bool{}
	descends := func(pid int) bool {
		for ; pid > 1; pid = parent[pid] {
			if pid == daemon {
				return true
			}
		}
		return false
	}
	for pid := range parent {
		if descends(pid) && space[pid] != own {
			spaces[space[pid]] = true
		}
	}
	var found []int
	for pid := range parent {
		if descends(pid) || spaces[space[pid]] || spaces[outerSpace(pid)] {
			found = append(found, pid)
		}
	}
	return found
}

// outerSpace returns the process namespace that pid's container was started from:
// its parent's.
func outerSpace(pid int) string {
	for p := parentOf(pid); p > 1; p = parentOf(p) {
		if space, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", p)); err == nil {
			return space
		}
	}
	return ""
}

// statFields returns the fields of /proc/PID/stat after the command's name, so
// that index 0 is the state (field 3 of proc(5)).
func statFields(pid int) []string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	return strings.Fields(rest)
}

func parentOf(pid int) int {
	fields := statFields(pid)
	if len(fields) < 2 {
		return 0
	}
	n, _ := strconv.Atoi(fields[1])
	return n
}

// memory is what processes take, in bytes.
type memory struct{ pss, private int64 }

// memoryOf sums smaps_rollup: pss counts each shared page once over all sharers,
// private is anonymous memory that no other process has. Processes that are gone
// are skipped.
func memoryOf(pids []int) (memory, error) {
	var sum memory
	read := 0
	for _, pid := range pids {
		f, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			continue
		}
		read++
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			fields := strings.Fields(lines.Text())
			if len(fields) < 2 {
				continue
			}
			kib, _ := strconv.ParseInt(fields[1], 10, 64)
			switch fields[0] {
			case "Pss:":
				sum.pss += kib << 10
			case "Pss_Anon:":
				sum.private += kib << 10
			}
		}
		_ = f.Close()
	}
	if read == 0 {
		return sum, fmt.Errorf("none of %d processes could be read", len(pids))
	}
	return sum, nil
}

// clockTick is the unit of CPU times in proc(5), fixed at 100 Hz on Linux.
const clockTick = 10 * time.Millisecond

// cpuSeconds sums user and system time of processes.
func cpuSeconds(pids []int) float64 {
	var ticks int64
	for _, pid := range pids {
		fields := statFields(pid)
		if len(fields) < 13 {
			continue
		}
		user, _ := strconv.ParseInt(fields[11], 10, 64)
		system, _ := strconv.ParseInt(fields[12], 10, 64)
		ticks += user + system
	}
	return (time.Duration(ticks) * clockTick).Seconds()
}

// treeBytes is the space that a directory takes on disk.
func treeBytes(dir string) int64 {
	var sum int64
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil // a file may vanish while we look
		}
		if info, err := e.Info(); err == nil {
			if st, ok := info.Sys().(*syscall.Stat_t); ok {
				sum += st.Blocks * 512
			}
		}
		return nil
	})
	return sum
}
