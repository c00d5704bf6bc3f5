package runtime

import (
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// tailSize is how much of its log an invocation is answered with.
const tailSize = 4 << 10

// tail passes the log on and keeps the end of what came since reset.
type tail struct {
	to io.Writer

	mu   sync.Mutex
	kept []byte
}

// Write implements io.Writer. What cannot be passed on is dropped: a log must not
// stop a function.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = t.to.Write(p)
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - tailSize; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

func (t *tail) printf(format string, args ...any) { _, _ = fmt.Fprintf(t, format, args...) }

func (t *tail) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = nil
}

func (t *tail) end() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]byte(nil), t.kept...)
}

// output is the pipe that the process writes its log to. It outlives processes, so
// that a grandchild that keeps it open holds nothing up.
type output struct {
	tail        *tail
	read, write *os.File
	raw         syscall.RawConn // of read

	pumping sync.Mutex // held from reading a block to having written it
}

func newOutput(to io.Writer) (*output, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe for the log: %w", err)
	}
	raw, err := r.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("make a pipe for the log: %w", err)
	}
	o := &output{tail: &tail{to: to}, read: r, write: w, raw: raw}
	go o.pump()
	return o, nil
}

// pump passes on what is written until the pipe is closed.
func (o *output) pump() {
	buffer := make([]byte, 32<<10)
	ended := false
	for !ended {
		err := o.raw.Read(func(fd uintptr) bool {
			o.pumping.Lock()
			defer o.pumping.Unlock()
			n, err := syscall.Read(int(fd), buffer)
			if err == syscall.EAGAIN {
				return false // wait until there is more
			}
			if n > 0 {
				_, _ = o.tail.Write(buffer[:n])
			}
			ended = n == 0 && err == nil || err != nil && err != syscall.EINTR
			return true
		})
		if err != nil {
			return
		}
	}
}

// drain returns when what the process wrote until now is in the tail; if it goes on
// writing, after a moment.
func (o *output) drain() {
	for deadline := time.Now().Add(50 * time.Millisecond); time.Now().Before(deadline); {
		o.pumping.Lock()
		left := 0
		err := o.raw.Control(func(fd uintptr) { left, _ = unix.IoctlGetInt(int(fd), unix.TIOCINQ) })
		o.pumping.Unlock()
		if err != nil || left == 0 {
			return
		}
		time.Sleep(50 * time.Microsecond)
	}
}

func (o *output) close() {
	_ = o.write.Close()
	_ = o.read.Close()
}
