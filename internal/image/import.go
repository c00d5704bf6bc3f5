package image

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/errdefs"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/labbox/labbox/internal/lab"
)

const (
	namespace   = "k8s.io"
	snapshotter = "overlayfs"
	// parallel is how many layers are unpacked at a time.
	parallel = 2
)

// recordLabels tell the kubelet's side of containerd that an image is its own and
// must never be collected.
func recordLabels() map[string]string {
	return map[string]string{"io.cri-containerd.image": "managed", "io.cri-containerd.pinned": "pinned"}
}

// Options narrow an import and tell of its course. The zero value imports all.
type Options struct {
	// Refs are the images to import; nil means all of the layout. A reference that
	// the layout does not hold is an error with CodeNotFound.
	Refs []string
	// Report gets bytes of layers and never goes backwards; nil means nobody asks.
	Report lab.Report
	// Imported is called with each reference as soon as pods may use the image, from
	// several goroutines; nil means nobody asks.
	Imported func(ref string)
}

// Import brings every image of the OCI layout into the containerd behind socket,
// unpacked for the overlayfs snapshotter, and pinned. Images that are there with the
// same digest are left alone; an interrupted import goes on where it was.
//
// Compressed layers are not kept once they are unpacked.
func Import(ctx context.Context, socket string, layout fs.FS, report lab.Report) error {
	return ImportWith(ctx, socket, layout, Options{Report: report})
}

// ImportRefs is Import for some images.
func ImportRefs(ctx context.Context, socket string, layout fs.FS, refs []string, report lab.Report) error {
	return ImportWith(ctx, socket, layout, Options{Refs: refs, Report: report})
}

// ImportWith is Import with options. Images come in the order of the layout, two
// layers at a time.
func ImportWith(ctx context.Context, socket string, layout fs.FS, o Options) error {
	all, err := readLayout(layout)
	if err != nil {
		return err
	}
	chosen, err := choose(all, o.Refs)
	if err != nil {
		return err
	}
	client, err := containerd.New(socket, containerd.WithDefaultNamespace(namespace))
	if err != nil {
		return fmt.Errorf("connect to containerd: %w", err)
	}
	defer client.Close()
	return importInto(ctx, client, layout, chosen, o)
}

func importInto(ctx context.Context, client *containerd.Client, layout fs.FS, chosen []source, o Options) error {
	ctx, done, err := withLease(ctx, client)
	if err != nil {
		return err
	}
	defer done()
	i := newImporter(client, layout, o)
	for _, s := range chosen {
		i.total += s.size()
	}
	return i.importAll(ctx, chosen)
}

func choose(all []source, refs []string) ([]source, error) {
	if refs == nil {
		return all, nil
	}
	var chosen []source
	for _, s := range all {
		if slices.Contains(refs, s.ref) {
			chosen = append(chosen, s)
		}
	}
	for _, ref := range refs {
		if !slices.ContainsFunc(chosen, func(s source) bool { return s.ref == ref }) {
			return nil, lab.Errorf(lab.CodeNotFound, "see the payload's images/index.json", "import image %s: the payload does not hold it", ref)
		}
	}
	return chosen, nil
}

// importer is one run of ImportWith.
type importer struct {
	client   *containerd.Client
	layout   fs.FS
	report   lab.Report
	imported func(ref string)
	slots    *queue

	mu          sync.Mutex
	layers      map[string]func() error
	done, total int64
}

func newImporter(client *containerd.Client, layout fs.FS, o Options) *importer {
	i := &importer{
		client: client, layout: layout, report: o.Report, imported: o.Imported,
		slots: newQueue(parallel), layers: map[string]func() error{},
	}
	if i.report == nil {
		i.report = func(lab.Progress) {}
	}
	if i.imported == nil {
		i.imported = func(string) {}
	}
	return i
}

// importAll works on all images at once; only the unpacking waits for a free slot,
// where earlier images go first, and layers that images share are unpacked once.
func (i *importer) importAll(ctx context.Context, all []source) error {
	g, ctx := errgroup.WithContext(ctx)
	for n, s := range all {
		s.rank = n
		g.Go(func() error {
			if err := i.importOne(ctx, s); err != nil {
				return fmt.Errorf("import image %s: %w", s.ref, err)
			}
			i.imported(s.ref)
			return nil
		})
	}
	return g.Wait()
}

func (i *importer) importOne(ctx context.Context, s source) error {
	there, err := i.present(ctx, s)
	if err != nil {
		return err
	}
	if there {
		i.advance(s.ref, s.size())
		return nil
	}
	if err := i.writeSmall(ctx, s); err != nil {
		return err
	}
	for n := range s.manifest.Layers {
		if err := i.unpackOnce(ctx, s, n); err != nil {
			return err
		}
		i.advance(s.ref, s.manifest.Layers[n].Size)
	}
	return i.record(ctx, s)
}

// present says whether the image is recorded with this digest, pinned, and unpacked.
func (i *importer) present(ctx context.Context, s source) (bool, error) {
	img, err := i.client.ImageService().Get(ctx, s.ref)
	if errdefs.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look it up: %w", err)
	}
	for k, v := range recordLabels() {
		if img.Labels[k] != v {
			return false, nil
		}
	}
	if img.Target.Digest != s.target.Digest {
		return false, nil
	}
	return i.unpacked(ctx, s.top()) // the image's record keeps it
}

// writeSmall writes manifest and configuration, each with the references that keep
// the garbage collector away from what it needs.
func (i *importer) writeSmall(ctx context.Context, s source) error {
	config := map[string]string{"containerd.io/gc.ref.snapshot." + snapshotter: s.top().String()}
	if err := i.write(ctx, s.manifest.Config, config); err != nil {
		return err
	}
	manifest := map[string]string{"containerd.io/gc.ref.content.config": s.manifest.Config.Digest.String()}
	return i.write(ctx, s.target, manifest)
}

// write copies one blob of the layout into containerd, which checks its digest. A
// blob that is there is not copied, but it joins the lease of ctx all the same.
func (i *importer) write(ctx context.Context, d ocispec.Descriptor, labels map[string]string) error {
	w, err := content.OpenWriter(ctx, i.client.ContentStore(), content.WithRef("labbox-"+d.Digest.String()), content.WithDescriptor(d))
	if errdefs.IsAlreadyExists(err) {
		return i.label(ctx, d, labels)
	}
	if err != nil {
		return fmt.Errorf("write blob %s: %w", d.Digest, err)
	}
	defer w.Close()
	f, err := i.layout.Open(blobPath(d.Digest))
	if err != nil {
		return fmt.Errorf("open blob: %w", err)
	}
	defer f.Close()
	if err := content.Copy(ctx, w, f, d.Size, d.Digest, content.WithLabels(labels)); err != nil {
		return fmt.Errorf("write blob %s: %w", d.Digest, err)
	}
	return nil
}

// label gives a blob that is there labels besides those that it has.
func (i *importer) label(ctx context.Context, d ocispec.Descriptor, labels map[string]string) error {
	if len(labels) == 0 {
		return nil
	}
	var fields []string
	for k := range labels {
		fields = append(fields, "labels."+k)
	}
	if _, err := i.client.ContentStore().Update(ctx, content.Info{Digest: d.Digest, Labels: labels}, fields...); err != nil {
		return fmt.Errorf("label blob %s: %w", d.Digest, err)
	}
	return nil
}

// record makes the image visible; it comes last, so that a visible image is whole.
func (i *importer) record(ctx context.Context, s source) error {
	img := images.Image{Name: s.ref, Target: s.target, Labels: recordLabels()}
	_, err := i.client.ImageService().Create(ctx, img)
	if errdefs.IsAlreadyExists(err) {
		_, err = i.client.ImageService().Update(ctx, img, "target", "labels")
	}
	if err != nil {
		return fmt.Errorf("record it: %w", err)
	}
	return nil
}

func (i *importer) advance(ref string, n int64) {
	// Reporting under the lock keeps the figures in order.
	i.mu.Lock()
	defer i.mu.Unlock()
	i.done += n
	i.report(lab.Progress{Message: "image " + ref, Done: i.done, Total: i.total})
}
