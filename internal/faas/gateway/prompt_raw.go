//go:build !race

package gateway

import (
	"syscall"
	"unsafe"
)

// transfer is read(2) or write(2), by its number.
func transfer(call, fd uintptr, p []byte) (int, syscall.Errno) {
	n, _, err := syscall.RawSyscall(call, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)))
	return int(n), err
}
