//go:build race

package gateway

import "syscall"

// transfer is read(2) or write(2), by its number, in a way that the race detector sees:
// what was done before a write comes before what is done after its reading.
func transfer(call, fd uintptr, p []byte) (int, syscall.Errno) {
	move := syscall.Read
	if call == syscall.SYS_WRITE {
		move = syscall.Write
	}
	n, err := move(int(fd), p)
	errno, _ := err.(syscall.Errno)
	return n, errno
}
