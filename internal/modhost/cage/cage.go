// Package cage holds processes to a share of the machine's memory, processor time and
// number of processes, by the control groups of Linux: v1, v2 and the hybrid of both.
//
//	New ─► Enter(name, pid) ─► Usage(name) ─► Leave(name)
//	            one group a name, below the one of the Cage ─► Close removes all
package cage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Limits are what each name may take; a zero means no limit.
type Limits struct {
	MemoryBytes int64 `json:"memoryBytes,omitempty"`
	// CPU is in cores: 0.5 is half of one.
	CPU       float64 `json:"cpu,omitempty"`
	Processes int     `json:"processes,omitempty"`
}

// Usage is what the processes of a name take and have taken.
type Usage struct {
	MemoryBytes int64
	// Throttled counts the tenths of a second in which they had to wait, because they had
	// used up their processor time.
	Throttled int64
	// Killed counts the processes that the kernel has ended for want of memory.
	Killed int64
}

// Cage makes the groups. It is safe for concurrent use.
type Cage struct {
	name   string
	limits Limits
	trees  []tree

	mu   sync.Mutex
	made bool
}

// New finds the machine's control groups. name is the group that those of the names
// are made below; it must be the Cage's own, and may be below another ("lab/modules").
// Nothing is made before Enter.
func New(name string, limits Limits) (*Cage, error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("find control groups: %w", err)
	}
	trees := treesIn(string(text))
	if len(trees) == 0 {
		return nil, errors.New("find control groups: there are none with memory, cpu or pids")
	}
	return &Cage{name: name, limits: limits, trees: trees}, nil
}

// Limits returns what each name may take.
func (c *Cage) Limits() Limits { return c.limits }

// Enter puts a process, with all that it will start, into the group of name. A process
// that has ended already is no error.
func (c *Cage) Enter(name string, pid int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.trees {
		if !c.made {
			if err := t.prepare(c.name); err != nil {
				return err
			}
		}
		dir := c.dir(t, name)
		if err := mkdir(dir); err != nil {
			return err
		}
		for file, value := range t.values(c.limits) {
			if err := t.write(dir, file, value); err != nil {
				return err
			}
		}
		if err := t.write(dir, "cgroup.procs", strconv.Itoa(pid)); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	c.made = true
	return nil
}

// Usage reads what the processes of name take; what cannot be read is zero.
func (c *Cage) Usage(name string) Usage {
	u := Usage{}
	for _, t := range c.trees {
		t.read(c.dir(t, name), &u)
	}
	return u
}

// Leave removes the group of name, whose processes must have ended.
func (c *Cage) Leave(name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.remove(func(t tree) string { return c.dir(t, name) })
}

// Close removes the Cage's own group, after all have left it.
func (c *Cage) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made = false
	return c.remove(func(t tree) string { return filepath.Join(t.path, c.name) })
}

func (c *Cage) remove(of func(tree) string) error {
	var failed error
	for _, t := range c.trees {
		if err := removeSoon(of(t)); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// removeSoon removes a group. A dead process leaves its group a moment after its death.
func removeSoon(dir string) error {
	for deadline := time.Now().Add(2 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		err := os.Remove(dir)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if !errors.Is(err, syscall.EBUSY) || time.Now().After(deadline) {
			return fmt.Errorf("remove control group: %w", err)
		}
	}
}

func (c *Cage) dir(t tree, name string) string { return filepath.Join(t.path, c.name, name) }

func mkdir(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make control group: %w", err)
	}
	return nil
}

// readNumber reads the number after key in a file of lines "key number", or the whole
// file where key is empty.
func readNumber(dir, file, key string) int64 {
	text, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) == 0 || (key != "" && (len(fields) != 2 || fields[0] != key)) {
			continue
		}
		n, _ := strconv.ParseInt(fields[len(fields)-1], 10, 64) // "max" is 0 here
		return n
	}
	return 0
}
