package app

import (
	"context"
	"net"
	"strconv"
	"time"

	"github.com/labbox/labbox/bundle"
	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/preflight"
)

// Preflight looks at the machine and at what this program carries, and returns a
// lab.Error for the first thing that stands in the way of cfg. It changes nothing.
func Preflight(ctx context.Context, cfg Config, report lab.Report) error {
	needs := preflight.Needs{
		DataDir: cfg.DataDir, MemoryMiB: cfg.MinMemoryMiB, DiskMiB: cfg.MinDiskMiB,
		NotBefore: time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC),
	}
	for _, p := range cfg.Ports.list() {
		needs.Ports = append(needs.Ports, preflight.Port{Name: p.title, Key: "ports." + p.key, Addr: cfg.addr(p.number)})
	}
	if err := preflight.Look(ctx, preflight.OS(), needs); err != nil {
		return err
	}
	payload, err := bundle.Self()
	if err != nil {
		return payloadError(err)
	}
	defer payload.Close()
	if err := verifyPayload(ctx, Paths{cfg.DataDir}, payload, report); err != nil {
		return payloadError(err)
	}
	return nil
}

// addr is the loopback address of one port.
func (c Config) addr(port int) string { return net.JoinHostPort(c.Listen, strconv.Itoa(port)) }
