package batch

import (
	"os/exec"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestSchedule: threads that there are, threads that come later, and other programs that
// are started have the policy.
func TestSchedule(t *testing.T) {
	if err := Schedule(); err != nil {
		t.Fatal(err)
	}
	policies := make(chan uint32)
	for range 8 {
		go func() {
			runtime.LockOSThread() // and end it, so that each has one of its own
			attr, err := unix.SchedGetAttr(0, 0)
			if err != nil {
				t.Error(err)
				attr = &unix.SchedAttr{}
			}
			policies <- attr.Policy
		}()
	}
	for range 8 {
		if p := <-policies; p != unix.SCHED_BATCH {
			t.Errorf("a thread has policy %d, want %d", p, unix.SCHED_BATCH)
		}
	}
	other := exec.Command("sleep", "60")
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Process.Kill(); _ = other.Wait() })
	if attr, err := unix.SchedGetAttr(other.Process.Pid, 0); err != nil || attr.Policy != unix.SCHED_BATCH {
		t.Errorf("a program that was started: %+v, %v", attr, err)
	}
	if err := Schedule(); err != nil {
		t.Errorf("again: %v", err)
	}
}
