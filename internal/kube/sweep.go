package kube

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Sweep removes what a lab leaves whose daemon was killed: the kernel has ended
// its processes, mounts and links already, cgroup directories remain. It must
// not be called while a lab runs, and may be called any number of times.
func Sweep(ctx context.Context, dataDir string) error {
	if err := removeCgroup(ctx, defaultCgroup); err != nil {
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
