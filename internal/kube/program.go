package kube

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// openProgram opens this very program by its path, before the sandbox covers it: what
// /proc/self/exe leads to belongs to the machine's mounts, and cannot be mounted here.
func openProgram() (int, error) {
	name, err := os.Executable()
	if err != nil {
		return -1, fmt.Errorf("find this program: %w", err)
	}
	// One that was replaced while it ran: the new one is there by the old name.
	name = strings.TrimSuffix(name, " (deleted)")
	fd, err := unix.Open(name, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("open %s: %w", name, err)
	}
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		_ = unix.Close(fd)
		return -1, fmt.Errorf("look at %s: %w", name, err)
	}
	if stat.Mode&0o005 != 0o005 {
		_ = unix.Close(fd)
		return -1, fmt.Errorf("only some may run it; as root: chmod a+rx %s, labbox down, labbox up", name)
	}
	return fd, nil
}

// showProgram mounts the program behind fd under a fixed name, so that a pod can mount
// it from there wherever on the machine it is. Where it could not be opened, a script
// that says why takes its place.
func showProgram(fd int, failed error) error {
	if err := os.MkdirAll(filepath.Dir(boxProgram), 0o755); err != nil {
		return fmt.Errorf("show this program: %w", err)
	}
	text := ""
	if failed != nil {
		text = fmt.Sprintf("#!/bin/sh\ncat >&2 <<'END'\nlabbox: the workbench cannot run it: %v\nEND\nexit 1\n", failed)
	}
	if err := os.WriteFile(boxProgram, []byte(text), 0o755); err != nil {
		return fmt.Errorf("show this program: %w", err)
	}
	if failed != nil {
		return nil
	}
	return mount(fmt.Sprintf("/proc/self/fd/%d", fd), boxProgram, "", unix.MS_BIND, "")
}
