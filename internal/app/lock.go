package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/labbox/labbox/internal/lab"
)

// dirLock is the exclusive right to work on a data directory. The kernel takes
// it back when the process ends, however it ends.
type dirLock struct{ file *os.File }

// lockDir takes the lock or fails at once with CodeRunning.
func lockDir(p Paths) (*dirLock, error) {
	f, err := os.OpenFile(p.Lock(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of %s: %w", p.Dir(), err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		pid := readPID(p)
		_ = f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, runningError(p, pid)
		}
		return nil, fmt.Errorf("lock %s: %w", p.Dir(), err)
	}
	if err := writePID(f); err != nil {
		_ = f.Close()
		return nil, err
	}
	return &dirLock{f}, nil
}

func runningError(p Paths, pid int) error {
	return lab.Errorf(lab.CodeRunning, "See it with: labbox status   End it with: labbox down",
		"a lab already runs on %s (process %d)", p.Dir(), pid)
}

func writePID(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// readPID returns the process id in the lock file, or 0.
func readPID(p Paths) int {
	data, err := os.ReadFile(p.Lock())
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(data)))
	return pid
}

// running reports whether a daemon holds the directory's lock. It creates nothing.
func running(p Paths) (bool, error) {
	f, err := os.OpenFile(p.Lock(), os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if errors.Is(err, os.ErrPermission) {
		return false, lab.Errorf(lab.CodeNotRoot, "Run it as root, for example: sudo labbox up",
			"the state of the lab in %s is for root only: %w", p.Dir(), err)
	}
	if err != nil {
		return false, fmt.Errorf("open the lock of %s: %w", p.Dir(), err)
	}
	defer f.Close() // also releases the lock taken below
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}

// awaitUnlock blocks until no daemon holds the directory's lock.
func awaitUnlock(ctx context.Context, p Paths) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		held, err := running(p)
		if err != nil || !held {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
