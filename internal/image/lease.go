package image

import (
	"context"
	"fmt"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/leases"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
)

// leaseTime is how long what a killed import wrote is kept from containerd's garbage
// collection, which takes everything that neither an image nor a lease refers to.
const leaseTime = time.Hour

// withLease returns a context under which containerd keeps what is written, and what
// is held by holdSnapshot, until done is called. That works also when ctx is done:
// what is complete is referenced by then.
func withLease(ctx context.Context, client *containerd.Client) (leased context.Context, done func(), err error) {
	ctx = namespaces.WithNamespace(ctx, namespace)
	ctx, remove, err := client.WithLease(ctx, leases.WithRandomID(), leases.WithExpiration(leaseTime))
	if err != nil {
		return nil, nil, fmt.Errorf("take a lease: %w", err)
	}
	return ctx, func() { _ = remove(context.WithoutCancel(ctx)) }, nil
}

// holdSnapshot says whether the snapshot of a chain of layers is there, and keeps it,
// and those below it, for as long as the lease of ctx lasts. Once held it is looked for
// again: it may have been on the collector's list, since a finished import gives its
// lease back and nothing refers to the layers of one that failed.
func (i *importer) holdSnapshot(ctx context.Context, chain digest.Digest) (bool, error) {
	if there, err := i.unpacked(ctx, chain); !there || err != nil {
		return false, err
	}
	lease, _ := leases.FromContext(ctx)
	what := leases.Resource{ID: chain.String(), Type: "snapshots/" + snapshotter}
	if err := i.client.LeasesService().AddResource(ctx, leases.Lease{ID: lease}, what); err != nil {
		return false, fmt.Errorf("hold snapshot %s: %w", chain, err)
	}
	return i.unpacked(ctx, chain)
}

// unpacked says whether the snapshot of a chain of layers is there.
func (i *importer) unpacked(ctx context.Context, chain digest.Digest) (bool, error) {
	_, err := i.client.SnapshotService(snapshotter).Stat(ctx, chain.String())
	if errdefs.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}
