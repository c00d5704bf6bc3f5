// Package batch tells the kernel that a process passes calls on.
package batch

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Schedule gives the process, and all that it starts from now on, the policy SCHED_BATCH
// (sched(7)): it gets the same share of the processor as before, but its waking up does
// not interrupt who is at work. Whoever passes calls on is woken several times a call;
// where each time interrupts the one that sent it, client, gateway and function change
// places eight times a call, and a fifth of two cores goes into that. The error is that of
// a kernel or sandbox that does not allow it; nothing else is the worse for it.
func Schedule() error {
	for {
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return fmt.Errorf("list the process's threads: %w", err)
		}
		changed := false
		for _, task := range tasks {
			tid, err := strconv.Atoi(task.Name())
			if err != nil {
				continue
			}
			done, err := change(tid)
			if err != nil && !errors.Is(err, unix.ESRCH) { // it has ended
				return fmt.Errorf("schedule thread %d as a batch: %w", tid, err)
			}
			changed = changed || done
		}
		if !changed { // nor can a thread that is not yet changed have started another
			return nil
		}
	}
}

// change says whether the thread had to be changed.
func change(tid int) (bool, error) {
	attr, err := unix.SchedGetAttr(tid, 0)
	if err != nil || attr.Policy == unix.SCHED_BATCH {
		return false, err
	}
	attr.Policy = unix.SCHED_BATCH
	return true, unix.SchedSetAttr(tid, attr, 0)
}
