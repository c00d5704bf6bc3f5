package assemble

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/labbox/labbox/internal/image/recipe"
)

const (
	// registry is the first part of every image's reference; nothing answers there.
	registry = "labbox.local"
	// refName is the annotation that names an image in the layout.
	refName = "org.opencontainers.image.ref.name"
)

// image is a finished image.
type image struct {
	recipe recipe.Image
	layers []*layer
	// licenses are those that only the image's recipe knows of.
	licenses licenses
}

// ref returns the image's full reference.
func (i image) ref() string { return registry + "/" + i.recipe.Name + ":" + i.recipe.Tag }

// size returns the compressed bytes of all layers.
func (i image) size() int64 {
	var n int64
	for _, l := range i.layers {
		n += l.Size
	}
	return n
}

// cachedLayer shows a blob of the cache to go-containerregistry.
type cachedLayer struct {
	blob
	file string
}

// Digest returns the hash of the compressed blob.
func (l cachedLayer) Digest() (v1.Hash, error) { return sha(l.blob.Digest), nil }

// DiffID returns the hash of the tar.
func (l cachedLayer) DiffID() (v1.Hash, error) { return sha(l.blob.DiffID), nil }

// Compressed opens the blob; the caller closes it.
func (l cachedLayer) Compressed() (io.ReadCloser, error) { return os.Open(l.file) }

// Uncompressed is never asked for when a layout is written.
func (l cachedLayer) Uncompressed() (io.ReadCloser, error) {
	return nil, fmt.Errorf("open layer %s: only its compressed form is kept", l.blob.Digest)
}

// Size returns the bytes of the blob.
func (l cachedLayer) Size() (int64, error) { return l.blob.Size, nil }

// MediaType says that layers are zstd.
func (l cachedLayer) MediaType() (types.MediaType, error) { return types.OCILayerZStd, nil }

func sha(hex string) v1.Hash { return v1.Hash{Algorithm: "sha256", Hex: hex} }

// writeLayout writes the images as one OCI layout to dir, in their order. Blobs
// that are there already are kept, blobs of other images removed.
func (b *builder) writeLayout(dir string, images []image) error {
	if err := os.MkdirAll(filepath.Join(dir, "blobs", "sha256"), 0o755); err != nil {
		return fmt.Errorf("make image layout: %w", err)
	}
	if err := b.linkBlobs(dir, images); err != nil {
		return err
	}
	p, err := layout.Write(dir, empty.Index)
	if err != nil {
		return fmt.Errorf("make image layout: %w", err)
	}
	for _, img := range images {
		v1img, err := b.v1Image(img)
		if err != nil {
			return fmt.Errorf("describe image %s: %w", img.ref(), err)
		}
		if err := p.AppendImage(v1img, layout.WithAnnotations(map[string]string{refName: img.ref()})); err != nil {
			return fmt.Errorf("write image %s: %w", img.ref(), err)
		}
	}
	stale, err := p.GarbageCollect()
	if err != nil {
		return fmt.Errorf("tidy image layout: %w", err)
	}
	for _, h := range stale {
		if err := p.RemoveBlob(h); err != nil {
			return fmt.Errorf("tidy image layout: %w", err)
		}
	}
	return nil
}

// linkBlobs puts the cache's blobs into the layout without copying them, where the
// file system allows that.
func (b *builder) linkBlobs(dir string, images []image) error {
	for _, img := range images {
		for _, l := range img.layers {
			dst := filepath.Join(dir, "blobs", "sha256", l.Digest)
			if info, err := os.Stat(dst); err == nil && info.Size() == l.Size {
				continue
			}
			if os.Link(b.cache.blob(l.Digest), dst) == nil {
				continue
			}
			if err := copyFile(b.cache.blob(l.Digest), dst, 0o644); err != nil {
				return fmt.Errorf("copy layer: %w", err)
			}
		}
	}
	return nil
}

func (b *builder) v1Image(img image) (v1.Image, error) {
	out := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	var adds []mutate.Addendum
	for _, l := range img.layers {
		adds = append(adds, mutate.Addendum{
			Layer:     cachedLayer{blob: l.blob, file: b.cache.blob(l.Digest)},
			MediaType: types.OCILayerZStd,
			History:   v1.History{CreatedBy: "labbox " + img.recipe.Name, Created: v1.Time{Time: epoch}},
		})
	}
	out, err := mutate.Append(out, adds...)
	if err != nil {
		return nil, err
	}
	cf, err := out.ConfigFile()
	if err != nil {
		return nil, err
	}
	cf = cf.DeepCopy()
	cf.Architecture, cf.OS, cf.Created = "amd64", "linux", v1.Time{Time: epoch.In(time.UTC)}
	cf.Config = imageConfig(img.recipe.Config)
	return mutate.ConfigFile(out, cf)
}

func imageConfig(c recipe.Config) v1.Config {
	out := v1.Config{Entrypoint: c.Entrypoint, Cmd: c.Cmd, Env: c.Env, User: c.User, WorkingDir: c.Workdir}
	for _, p := range c.Ports {
		if out.ExposedPorts == nil {
			out.ExposedPorts = map[string]struct{}{}
		}
		out.ExposedPorts[strconv.Itoa(p)+"/tcp"] = struct{}{}
	}
	return out
}
