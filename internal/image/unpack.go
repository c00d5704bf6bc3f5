package image

import (
	"context"
	"fmt"
	"sync"

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
	sn, chain := i.client.SnapshotService(snapshotter), s.chains[n].String()
	if _, err := sn.Stat(ctx, chain); err == nil {
		return nil
	}
	layer := s.manifest.Layers[n]
	if err := i.write(ctx, layer, nil); err != nil {
		return err
	}
	parent := ""
	if n > 0 {
		parent = s.chains[n-1].String()
	}
	// A fixed key: what an interrupted import left is removed, not piled up.
	key := "labbox-unpack-" + chain
	if err := sn.Remove(ctx, key); err != nil && !errdefs.IsNotFound(err) {
		return fmt.Errorf("remove the rest of an earlier attempt: %w", err)
	}
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
	if err != nil && !errdefs.IsAlreadyExists(err) {
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
