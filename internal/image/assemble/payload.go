package assemble

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/labbox/labbox/internal/image/recipe"
)

// helpersName is the helpers' file in the payload.
const helpersName = "helpers.tar.zst"

// helpers stages all layers of the helpers' recipe into one tree.
func (b *builder) helpers(ctx context.Context) (*layer, error) {
	w := workspace{dir: b.set.Helpers.Dir, source: b.set.Helpers.Dir}
	parts := []any{"helpers", compressor(true)}
	var layers []*layer
	for i, l := range b.set.Helpers.Layers {
		done, err := b.layer(ctx, fmt.Sprintf("helpers: part %d of %d", i+1, len(b.set.Helpers.Layers)), l, w)
		if err != nil {
			return nil, err
		}
		layers = append(layers, done)
		parts = append(parts, done.DiffID)
	}
	key := hashOf(parts...)
	joined := &layer{}
	if b.cache.load(key, joined) && b.cache.has(joined.Digest) {
		return joined, nil
	}
	end := b.progress.begin("helpers: join")
	joined, err := b.joinLayers(ctx, layers)
	if err != nil {
		end("failed")
		return nil, fmt.Errorf("join helpers: %w", err)
	}
	end(megabytes(joined.Size))
	return joined, b.cache.store(key, joined)
}

func (b *builder) joinLayers(ctx context.Context, layers []*layer) (*layer, error) {
	root, err := b.cache.temp("helpers")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(root)
	lic := licenses{}
	for _, l := range layers {
		if err := unpackBlob(b.cache.blob(l.Digest), root); err != nil {
			return nil, err
		}
		maps.Copy(lic, l.Licenses)
	}
	packed, err := b.pack(ctx, root, true)
	return &layer{blob: packed, Licenses: lic}, err
}

// write lays the payload out in dir.
func (b *builder) write(ctx context.Context, dir string, images []image, helpers *layer) (*Result, error) {
	res := &Result{}
	if err := b.writeLayout(filepath.Join(dir, "images"), images); err != nil {
		return nil, err
	}
	// Small and made anew each time, so that nothing of an earlier recipe stays.
	for _, sub := range []string{"licenses", "charts-crds"} {
		if err := os.RemoveAll(filepath.Join(dir, sub)); err != nil {
			return nil, fmt.Errorf("tidy the payload: %w", err)
		}
	}
	lic := licenses{}
	seen := map[string]bool{}
	for _, img := range images {
		res.Images = append(res.Images, ImageSize{Ref: img.ref(), Bytes: img.size()})
		maps.Copy(lic, img.licenses)
		for _, l := range img.layers {
			maps.Copy(lic, l.Licenses)
			if !seen[l.Digest] {
				seen[l.Digest] = true
				res.BlobBytes += l.Size
			}
		}
		if err := b.writeCRDs(ctx, img.recipe, dir); err != nil {
			return nil, err
		}
	}
	if helpers != nil {
		maps.Copy(lic, helpers.Licenses)
		res.HelperBytes = helpers.Size
		if err := b.placeHelpers(helpers, filepath.Join(dir, helpersName)); err != nil {
			return nil, err
		}
	}
	return res, lic.write(b.cache, filepath.Join(dir, "licenses"), "index.txt")
}

func (b *builder) placeHelpers(helpers *layer, dst string) error {
	if sum, err := fileSHA256(dst); err == nil && sum == helpers.Digest {
		return nil
	}
	content, err := os.ReadFile(b.cache.blob(helpers.Digest))
	if err != nil {
		return fmt.Errorf("place helpers: %w", err)
	}
	return writeFile(dst, content, 0o644)
}

// writeCRDs copies the manifests that the recipe names out of their modules.
func (b *builder) writeCRDs(ctx context.Context, r recipe.Image, dir string) error {
	for _, c := range r.CRDs {
		w := workspace{dir: r.Dir}
		sums, err := hashTree(w.moduleDir(b.set.Root), "go.mod", "go.sum")
		if err != nil {
			return err
		}
		out := filepath.Join(dir, "charts-crds", c.Chart)
		key := hashOf("crds", sums, c)
		var texts map[string]string
		if !b.cache.load(key, &texts) {
			if texts, err = b.readCRDs(ctx, c, w.moduleDir(b.set.Root)); err != nil {
				return fmt.Errorf("image %s: %w", r.Name, err)
			}
			if err := b.cache.store(key, texts); err != nil {
				return err
			}
		}
		for name, text := range texts {
			if err := writeFile(filepath.Join(out, name), []byte(text), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *builder) readCRDs(ctx context.Context, c recipe.CRDs, moduleRoot string) (map[string]string, error) {
	dir, err := moduleDir(ctx, moduleRoot, c.Module)
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, pattern := range c.Files {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) == 0 {
			return nil, fmt.Errorf("find manifests %s of %s: %v", pattern, c.Module, err)
		}
		for _, f := range files {
			content, err := os.ReadFile(f)
			if err != nil {
				return nil, fmt.Errorf("read manifests: %w", err)
			}
			texts[filepath.Base(f)] = string(content)
		}
	}
	return texts, nil
}
