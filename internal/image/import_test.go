package image

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"testing/fstest"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/diff"
	"github.com/containerd/containerd/v2/core/leases"
	"github.com/containerd/containerd/v2/core/metadata"
	"github.com/containerd/containerd/v2/core/mount"
	"github.com/containerd/containerd/v2/core/snapshots"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/containerd/containerd/v2/plugins/snapshots/native"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	bolt "go.etcd.io/bbolt"
)

// store is containerd's own storage in this process. Its garbage collector runs at the
// worst moments: right before a layer is prepared, and right before it is applied.
type store struct {
	client *containerd.Client
	db     *metadata.DB
}

func mustStore(t *testing.T) store {
	t.Helper()
	dir := t.TempDir()
	file, err := bolt.Open(filepath.Join(dir, "meta.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	blobs, err := local.NewStore(filepath.Join(dir, "content"))
	if err != nil {
		t.Fatal(err)
	}
	sn, err := native.NewSnapshotter(filepath.Join(dir, "snapshots"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sn.Close() })
	db := metadata.NewDB(file, blobs, map[string]snapshots.Snapshotter{snapshotter: sn})
	if err := db.Init(context.Background()); err != nil {
		t.Fatal(err)
	}
	client, err := containerd.New("", containerd.WithServices(
		containerd.WithContentStore(db.ContentStore()),
		containerd.WithImageStore(metadata.NewImageStore(db)),
		containerd.WithLeasesService(metadata.NewLeaseManager(db)),
		containerd.WithSnapshotters(map[string]snapshots.Snapshotter{snapshotter: collecting{db.Snapshotter(snapshotter), db}}),
		containerd.WithDiffService(applier{db}),
	))
	if err != nil {
		t.Fatal(err)
	}
	return store{client, db}
}

// collecting is a snapshotter that has everything collected before it prepares.
type collecting struct {
	snapshots.Snapshotter
	db *metadata.DB
}

func (c collecting) Prepare(ctx context.Context, key, parent string, opts ...snapshots.Opt) ([]mount.Mount, error) {
	if _, err := c.db.GarbageCollect(ctx); err != nil {
		return nil, err
	}
	return c.Snapshotter.Prepare(ctx, key, parent, opts...)
}

// applier reads a layer after everything was collected, and unpacks nothing.
type applier struct{ db *metadata.DB }

func (a applier) Apply(ctx context.Context, d ocispec.Descriptor, _ []mount.Mount, _ ...diff.ApplyOpt) (ocispec.Descriptor, error) {
	if _, err := a.db.GarbageCollect(ctx); err != nil {
		return ocispec.Descriptor{}, err
	}
	raw, err := content.ReadBlob(ctx, a.db.ContentStore(), d)
	if err != nil {
		return ocispec.Descriptor{}, fmt.Errorf("failed to get reader from content store: %w", err)
	}
	return ocispec.Descriptor{Digest: digest.FromBytes(raw)}, nil
}

func (applier) Compare(context.Context, []mount.Mount, []mount.Mount, ...diff.Opt) (ocispec.Descriptor, error) {
	return ocispec.Descriptor{}, nil
}

// mustImport imports one image, as the lab does it one after the other.
func (s store) mustImport(t *testing.T, layout fstest.MapFS, ref string) {
	t.Helper()
	all, err := readLayout(layout)
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := choose(all, []string{ref})
	if err != nil {
		t.Fatal(err)
	}
	if err := importInto(context.Background(), s.client, layout, chosen, Options{}); err != nil {
		t.Errorf("import %s while the garbage collector runs: %v", ref, err)
	}
}

// mustLeave writes what an import that failed leaves behind once its lease is gone:
// layers of the first image, that is.
func (s store) mustLeave(t *testing.T, layout fstest.MapFS, layers int) {
	t.Helper()
	all, err := readLayout(layout)
	if err != nil {
		t.Fatal(err)
	}
	ctx, done, err := withLease(context.Background(), s.client)
	if err != nil {
		t.Fatal(err)
	}
	i := newImporter(s.client, layout, Options{})
	for n := range layers {
		if err := i.unpackOnce(ctx, all[0], n); err != nil {
			t.Fatal(err)
		}
	}
	done()
}

func TestImportKeepsWhatItFound(t *testing.T) {
	t.Parallel()
	for name, unpacked := range map[string]int{"nothing there": 0, "one layer unpacked": 1, "all layers unpacked": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustStore(t)
			// Two images with a blob in common, on top of something in one only.
			layout := mustLayers(t,
				layered{"labbox.local/a:1", []string{"debian", "runtime"}},
				layered{"labbox.local/b:1", []string{"runtime", "python"}})
			s.mustLeave(t, layout, unpacked)
			s.mustImport(t, layout, "labbox.local/a:1")
			s.mustImport(t, layout, "labbox.local/b:1")
			s.wantWhole(t, layout)
		})
	}
}

// wantWhole wants nothing of the store but its images, each unpacked.
func (s store) wantWhole(t *testing.T, layout fstest.MapFS) {
	t.Helper()
	ctx := namespaces.WithNamespace(context.Background(), namespace)
	if _, err := s.db.GarbageCollect(ctx); err != nil {
		t.Fatal(err)
	}
	all, err := readLayout(layout)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, image := range all {
		for _, chain := range image.chains {
			want[chain.String()] = true
		}
	}
	got := 0
	err = s.client.SnapshotService(snapshotter).Walk(ctx, func(_ context.Context, info snapshots.Info) error {
		got++
		if !want[info.Name] || info.Kind != snapshots.KindCommitted {
			t.Errorf("%s snapshot %s is left behind", info.Kind, info.Name)
		}
		return nil
	})
	if err != nil || got != len(want) {
		t.Errorf("%d snapshots (%v), want %d", got, err, len(want))
	}
	if left, err := s.client.LeasesService().List(ctx); err != nil || len(left) != 0 {
		t.Errorf("leases left: %v (%v)", left, err)
	}
}

func TestHoldSnapshot(t *testing.T) {
	t.Parallel()
	s := mustStore(t)
	layout := mustLayout(t, "labbox.local/a:1")
	s.mustLeave(t, layout, 1)
	i := newImporter(s.client, nil, Options{})
	ctx, done, err := withLease(context.Background(), s.client)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	if there, err := i.holdSnapshot(ctx, digest.FromString("nothing")); there || err != nil {
		t.Errorf("a snapshot that is not there: %v, %v", there, err)
	}
	chain := digest.FromString("layer") // of one layer: its own digest
	if _, err := i.holdSnapshot(leases.WithLease(ctx, "gone"), chain); err == nil {
		t.Error("a snapshot is held by a lease that does not exist")
	}
	for range 2 { // held, it outlives the collector
		if there, err := i.holdSnapshot(ctx, chain); !there || err != nil {
			t.Errorf("a snapshot that is there: %v, %v", there, err)
		}
		if _, err := s.db.GarbageCollect(ctx); err != nil {
			t.Fatal(err)
		}
	}
}
