package image

import (
	"context"
	"fmt"
	"sync"

	"github.com/containerd/containerd/v2/core/leases"
	"github.com/containerd/containerd/v2/core/mount"
	"github.com/containerd/errdefs"
)

// unpackOnce unpacks layer n of s on top of the layers below it, unless another
// image of this run does that; then it waits for it.
func (i *importer) unpackOnce(ctx context.Context, s source, n int) error {
	chain := s.chains[n].String()
	i.mu.Lock()
	call, ok := i.layers[chain]
	if !ok {
		call = sync.OnceValue(func() error { return i.unpack(ctx, s, n) })
		i.layers[chain] = call
	}
	i.mu.Unlock()
	return call()
}

func (i *importer) unpack(ctx context.Context, s source, n int) error {
	if err := i.slots.enter(ctx, s.rank); err != nil {
		return err
	}
	defer i.slots.leave()
	if there, err := i.holdSnapshot(ctx, s.chains[n]); there || err != nil {
		return err
	}
	if err := i.write(ctx, s.manifest.Layers[n], nil); err != nil {
		return err
	}
	sn, chain := i.client.SnapshotService(snapshotter), s.chains[n].String()
	parent := ""
	if n > 0 {
		parent = s.chains[n-1].String()
	}
	// The key is this import's own, since another may be at the same layer. What an
	// interrupted one leaves goes with its lease.
	lease, _ := leases.FromContext(ctx)
	key := "labbox-unpack-" + lease + "-" + chain
	mounts, err := sn.Prepare(ctx, key, parent)
	if err != nil {
		return fmt.Errorf("prepare layer %d: %w", n+1, err)
	}
	if err := i.apply(ctx, s, n, mounts); err != nil {
		// ctx may be what failed; the rest is removed all the same.
		_ = sn.Remove(context.WithoutCancel(ctx), key)
		return err
	}
	err = sn.Commit(ctx, chain, key)
	if errdefs.IsAlreadyExists(err) { // another import was faster; the rest goes with the lease
		_, err = i.holdSnapshot(ctx, s.chains[n])
	}
	if err != nil {
		return fmt.Errorf("keep layer %d: %w", n+1, err)
	}
	return nil
}

// apply lets containerd unpack the blob and compares what came out.
func (i *importer) apply(ctx context.Context, s source, n int, mounts []mount.Mount) error {
	got, err := i.client.DiffService().Apply(ctx, s.manifest.Layers[n], mounts)
	if err != nil {
		return fmt.Errorf("unpack layer %d: %w", n+1, err)
	}
	if want := s.config.RootFS.DiffIDs[n]; got.Digest != want {
		return fmt.Errorf("unpack layer %d: content is %s, want %s", n+1, got.Digest, want)
	}
	return nil
}
