// Package preflight looks at the machine before labbox touches it.
//
// Every check only reads. A check that fails says what it found and what to do,
// as a lab.Error with its own code; the first failure ends the look.
package preflight

import (
	"context"
	"io/fs"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Machine is what the checks read. OS returns the real one; tests give a fake.
type Machine struct {
	// Root is the file system with proc, sys and lib at its top.
	Root fs.FS
	// UID returns the effective user id.
	UID func() int
	// FreeBytes returns the bytes free for the directory or its nearest parent.
	FreeBytes func(dir string) (uint64, error)
	// PortFree returns nil when addr (host:port) can be listened on.
	PortFree func(addr string) error
	// Now is the wall clock.
	Now func() time.Time
	// Release is the kernel's release ("6.1.0-18-amd64").
	Release func() (string, error)
}

// Needs is what the lab asks of the machine.
type Needs struct {
	DataDir string
	// MemoryMiB is the least available memory, DiskMiB the least free space for
	// DataDir, both in MiB.
	MemoryMiB, DiskMiB uint64
	// Ports maps what a port is for to the loopback address it is opened on.
	Ports []Port
	// NotBefore is the time before which a clock is certainly wrong.
	NotBefore time.Time
}

// Port is one address that labbox will listen on.
type Port struct {
	Name string
	Addr string
	// Key is the configuration key that changes it.
	Key string
}

// Look runs every check in order and returns the first lab.Error.
func Look(ctx context.Context, m Machine, n Needs) error {
	checks := []func(Machine, Needs) error{root, kernel, cgroups, memory, disk, ports, clock}
	for _, check := range checks {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := check(m, n); err != nil {
			return err
		}
	}
	return nil
}

func root(m Machine, _ Needs) error {
	if uid := m.UID(); uid != 0 {
		return lab.Errorf(lab.CodeNotRoot, "Run it as root, for example: sudo labbox up",
			"labbox needs root's rights to create namespaces and start containers; this is user id %d", uid)
	}
	return nil
}

func clock(m Machine, n Needs) error {
	if now := m.Now(); now.Before(n.NotBefore) {
		return lab.Errorf(lab.CodeKernel, "Set the clock, for example: date -s '2026-11-23 12:00'",
			"the clock says %s, before this labbox was built (%s): certificates would not be valid",
			now.UTC().Format(time.RFC3339), n.NotBefore.UTC().Format(time.RFC3339))
	}
	return nil
}

func ports(m Machine, n Needs) error {
	for _, p := range n.Ports {
		if err := m.PortFree(p.Addr); err != nil {
			return lab.Errorf(lab.CodePort,
				"End the program that listens there (ss -ltnp), or choose another port: labbox up --set "+p.Key+"=PORT",
				"%s is to listen on %s, but that port is taken: %w", p.Name, p.Addr, err)
		}
	}
	return nil
}
