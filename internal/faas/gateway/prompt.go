package gateway

import (
	"io"
	"net"
	"os"
	"syscall"
)

// prompt returns what reads from and writes to conn as conn itself does, with system
// calls that the Go runtime is not told of. Those of a socket never block, but the
// runtime prepares for it: it wakes the thread that would give their processor to other
// goroutines (sysmon), which then looks every 20 microseconds. With one processor to
// itself (GOMAXPROCS) the gateway spent a sixth of its time on that. Deadlines and Close
// are conn's. One goroutine at a time may read, and one write. A conn that is no socket is
// returned as it is.
func prompt(conn net.Conn) io.ReadWriter {
	raw := socket(conn)
	if raw == nil {
		return conn
	}
	s := &promptStream{raw: raw, in: direction{call: syscall.SYS_READ, name: "read"}, out: direction{call: syscall.SYS_WRITE, name: "write"}}
	s.in.try, s.out.try = s.in.once, s.out.once // made once, not with every call
	return s
}

type promptStream struct {
	raw     syscall.RawConn
	in, out direction
}

// Read implements io.Reader.
func (s *promptStream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := s.in.move(p, s.raw.Read)
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	return n, err
}

// Write implements io.Writer.
func (s *promptStream) Write(p []byte) (written int, err error) {
	for written < len(p) {
		n, err := s.out.move(p[written:], s.raw.Write)
		if err != nil {
			return written, err
		}
		written += n
	}
	return written, nil
}

// direction is reading or writing.
type direction struct {
	call uintptr // the system call's number
	name string
	try  func(fd uintptr) bool // once

	p   []byte // to be moved
	n   int    // bytes moved
	err syscall.Errno
}

// move moves bytes of p, at least one, when the socket is ready for it; 0 is its end.
func (d *direction) move(p []byte, ready func(func(fd uintptr) bool) error) (int, error) {
	d.p = p
	err := ready(d.try)
	d.p = nil
	switch {
	case err != nil: // closed, or the deadline
		return 0, err
	case d.err != 0:
		return 0, &net.OpError{Op: d.name, Net: "tcp", Err: os.NewSyscallError(d.name, d.err)}
	}
	return d.n, nil
}

// once makes the system call; false when the socket is not ready.
func (d *direction) once(fd uintptr) bool {
	for {
		n, err := transfer(d.call, fd, d.p)
		switch err {
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return false
		}
		d.n, d.err = n, err
		return true
	}
}
