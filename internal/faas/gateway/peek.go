package gateway

import (
	"net"
	"syscall"
	"unsafe"
)

// quiet says whether an idle connection is open: nothing to read, not even its end. Of
// one that is no socket that is assumed.
func quiet(conn net.Conn) bool {
	raw := socket(conn)
	if raw == nil {
		return true
	}
	open := false
	err := raw.Control(func(fd uintptr) {
		_, err := peek(fd)
		open = err == syscall.EAGAIN
	})
	return err == nil && open
}

// left waits until a connection has something to read, or for its deadline, and says
// whether that is its end.
func left(conn net.Conn) bool {
	raw := socket(conn)
	if raw == nil {
		return false
	}
	end := false
	_ = raw.Read(func(fd uintptr) bool {
		n, err := peek(fd)
		if err == syscall.EAGAIN || err == syscall.EINTR {
			return false
		}
		end = n <= 0
		return true
	})
	return end
}

// socket returns nil if conn is none, or is closed.
func socket(conn net.Conn) syscall.RawConn {
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// peek reads at most a byte that stays there. It does not block: see prompt.
func peek(fd uintptr) (int, error) {
	var one [1]byte
	n, _, err := syscall.RawSyscall6(syscall.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(&one)), 1, syscall.MSG_PEEK|syscall.MSG_DONTWAIT, 0, 0)
	if err != 0 {
		return 0, err
	}
	return int(n), nil
}
