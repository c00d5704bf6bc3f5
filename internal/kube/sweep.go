package kube

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// cgroupFile remembers the name of the cgroup for Sweep.
const cgroupFile = "cgroup"

// Sweep removes what a lab leaves whose daemon was killed: the kernel has ended
// its processes, mounts and links already, cgroup directories remain. While a lab
// runs it fails and removes nothing; otherwise it may be called any number of times.
func Sweep(ctx context.Context, dataDir string) error {
	cgroup := defaultCgroup
	if text, err := os.ReadFile(filepath.Join(dataDir, "etc", cgroupFile)); err == nil {
		cgroup = string(text)
	}
	if err := removeCgroup(ctx, cgroup); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	// Sockets that the kubelet keeps in its directory.
	for _, pattern := range []string{"kubelet/*/*.sock", "kubelet/device-plugins/*.sock"} {
		stale, err := filepath.Glob(filepath.Join(dataDir, pattern))
		if err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
		for _, path := range stale {
			if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
				return fmt.Errorf("sweep: %w", err)
			}
		}
	}
	return nil
}
