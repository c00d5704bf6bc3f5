package assemble

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/labbox/labbox/internal/image/recipe"
)

// layer is a finished layer: a blob in the cache and what its parts are under.
type layer struct {
	blob
	Licenses licenses `json:"licenses"`
}

// once makes every layer and image at most once per build, however many ask for it. Its
// zero value is ready for use.
type once[T any] struct {
	mu    sync.Mutex
	calls map[string]func() (T, error)
}

func (o *once[T]) do(key string, build func() (T, error)) (T, error) {
	o.mu.Lock()
	if o.calls == nil {
		o.calls = map[string]func() (T, error){}
	}
	call, ok := o.calls[key]
	if !ok {
		call = sync.OnceValues(build)
		o.calls[key] = call
	}
	o.mu.Unlock()
	return call()
}

// shared returns a layer of bundle/layers.
func (b *builder) shared(ctx context.Context, name string) (*layer, error) {
	w := workspace{dir: b.set.LayerDir, source: b.set.LayerDir}
	return b.layer(ctx, "layer "+name, b.set.Layers[name], w)
}

// layer returns the layer that l describes, from the cache when nothing that it is
// made of has changed.
func (b *builder) layer(ctx context.Context, title string, l recipe.Layer, w workspace) (*layer, error) {
	if l.Use != "" {
		return b.shared(ctx, l.Use)
	}
	key, err := b.layerKey(ctx, l, w)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", title, err)
	}
	return b.once.do(key, func() (*layer, error) {
		done := &layer{}
		if b.cache.load(key, done) && b.cache.has(done.Digest) {
			return done, nil
		}
		end := b.progress.begin(title)
		done, err := b.buildLayer(ctx, l, w)
		if err != nil {
			end("failed")
			return nil, fmt.Errorf("%s: %w", title, err)
		}
		end(fmt.Sprintf("%s, %s unpacked", megabytes(done.Size), megabytes(done.TarSize)))
		return done, b.cache.store(key, done)
	})
}

// layerKey is the hash of everything the layer is made of.
func (b *builder) layerKey(ctx context.Context, l recipe.Layer, w workspace) (string, error) {
	parts := []any{"layer", layerVersion, compressor(false)}
	var errs []error
	add := func(key string, err error) {
		parts = append(parts, key)
		errs = append(errs, err)
	}
	if l.Debs != nil {
		sums, err := b.debSums(ctx, l.Debs.Packages)
		add(hashOf("debs", sums, l.Debs, alwaysTrimmed), err)
	}
	if l.Pip != nil {
		add(b.pipKey(ctx, l.Pip, w))
	}
	if l.Go != nil {
		add(b.goKey(ctx, l.Go, w))
	}
	if l.CC != nil {
		add(b.ccKey(ctx, l.CC, w))
	}
	if l.Files != nil {
		add(filesKey(l.Files, w))
	}
	if l.Bytecode != nil {
		add(hashOf("bytecode", l.Bytecode), nil)
		for _, name := range l.Bytecode.With {
			add(b.layerKey(ctx, b.set.Layers[name], workspace{dir: b.set.LayerDir, source: b.set.LayerDir}))
		}
	}
	return hashOf(parts...), errors.Join(errs...)
}

// buildLayer stages the sources of l into one tree and compresses it.
func (b *builder) buildLayer(ctx context.Context, l recipe.Layer, w workspace) (*layer, error) {
	root, err := b.cache.temp("layer")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(root)
	lic := licenses{}
	if err := b.stage(ctx, l, w, root, lic); err != nil {
		return nil, err
	}
	done, err := b.pack(ctx, root, false)
	return &layer{blob: done, Licenses: lic}, err
}

func (b *builder) stage(ctx context.Context, l recipe.Layer, w workspace, root string, lic licenses) error {
	if l.Debs != nil {
		if err := b.stageDebs(ctx, l.Debs, root, lic); err != nil {
			return err
		}
	}
	if l.Pip != nil {
		if err := b.stagePip(ctx, l.Pip, w, root, lic); err != nil {
			return err
		}
	}
	if l.Go != nil {
		if err := b.stageGo(ctx, l.Go, w, root, lic); err != nil {
			return err
		}
	}
	if l.CC != nil {
		if err := b.stageCC(ctx, l.CC, w, root, lic); err != nil {
			return err
		}
	}
	if l.Files != nil {
		if err := stageFiles(l.Files, w, root); err != nil {
			return err
		}
	}
	if l.Bytecode != nil {
		return b.compileBytecode(ctx, l.Bytecode, root)
	}
	return nil
}

// pack returns the compressed tar of a tree; a tree that was compressed before is
// not compressed again.
func (b *builder) pack(ctx context.Context, root string, wide bool) (blob, error) {
	id, _, err := diffID(root)
	if err != nil {
		return blob{}, err
	}
	key := hashOf("pack", id, compressor(wide))
	var known blob
	if b.cache.load(key, &known) && b.cache.has(known.Digest) {
		return known, nil
	}
	select {
	case b.cpu <- struct{}{}:
		defer func() { <-b.cpu }()
	case <-ctx.Done():
		return blob{}, ctx.Err()
	}
	tmp, err := b.cache.temp("pack")
	if err != nil {
		return blob{}, err
	}
	defer os.RemoveAll(tmp)
	file := filepath.Join(tmp, "layer")
	made, err := compress(ctx, root, file, wide)
	if err != nil {
		return blob{}, err
	}
	if err := os.Rename(file, b.cache.blob(made.Digest)); err != nil {
		return blob{}, fmt.Errorf("keep layer: %w", err)
	}
	return made, b.cache.store(key, made)
}

// has says whether the blob is there, and that it is in use.
func (c *cache) has(digest string) bool {
	_, err := os.Stat(c.blob(digest))
	if err == nil {
		c.touch(c.blob(digest))
	}
	return err == nil
}

// unpackBlob unpacks a compressed layer below root.
func unpackBlob(file, root string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	dec, err := zstd.NewReader(f, zstd.WithDecoderMaxWindow(1<<27))
	if err != nil {
		return err
	}
	defer dec.Close()
	return extractTar(root, dec, samePath)
}

func megabytes(n int64) string {
	s := fmt.Sprintf("%.1f", float64(n)/1e6)
	return strings.TrimSuffix(s, ".0") + " MB"
}
