package assemble

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/labbox/labbox/internal/image/recipe"
)

// Options say what is built and where to.
type Options struct {
	// Root is the directory of labbox's go.mod.
	Root string
	// Out is the directory of the payload; it is made.
	Out string
	// Only names images to build, and "helpers"; empty means everything.
	Only []string
	// Cache is the cache directory; empty means the user's own.
	Cache string
	// Log gets the lines of progress.
	Log io.Writer
}

// builder is one run of Build.
type builder struct {
	set         *recipe.Set
	cache       *cache
	progress    *progress
	apt         *apt
	once        once[*layer]
	images      once[image]
	heavy       *gate
	cpu         chan struct{}
	goVersion   string
	moduleCache string
	pipMu       sync.Mutex
	toolMu      sync.Mutex
	tools       map[string]string
}

// gate lets one heavy task through at a time.
type gate struct{ mu sync.Mutex }

func (g *gate) lock(heavy bool) (unlock func()) {
	if !heavy {
		return func() {}
	}
	g.mu.Lock()
	return g.mu.Unlock
}

// Result says what was built.
type Result struct {
	Images []ImageSize
	// BlobBytes is the sum over all different layers; HelperBytes of the helpers.
	BlobBytes, HelperBytes int64
}

// ImageSize is one image and its compressed bytes, shared layers included.
type ImageSize struct {
	Ref   string
	Bytes int64
}

// Build writes the payload's files to o.Out. What has not changed since the last
// build comes from the cache. It needs no root, and the network only for what the
// caches of Go, pip, npm and of Build itself do not hold.
func Build(ctx context.Context, o Options) (*Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b, err := newBuilder(ctx, o)
	if err != nil {
		return nil, err
	}
	images, err := selectImages(b.set.Images, o.Only)
	if err != nil {
		return nil, err
	}
	withHelpers := len(o.Only) == 0 || slices.Contains(o.Only, "helpers")
	built, helpers, err := b.buildAll(ctx, images, withHelpers)
	if err != nil {
		return nil, err
	}
	res, err := b.write(ctx, o.Out, built, helpers)
	if err != nil {
		return nil, err
	}
	return res, b.cache.prune(time.Now())
}

func newBuilder(ctx context.Context, o Options) (*builder, error) {
	set, err := recipe.Load(o.Root)
	if err != nil {
		return nil, err
	}
	c, err := openCache(o.Cache)
	if err != nil {
		return nil, err
	}
	p := newProgress(ctx, o.Log)
	b := &builder{
		set: set, cache: c, progress: p, heavy: &gate{}, cpu: make(chan struct{}, runtime.NumCPU()),
		apt: &apt{cache: c, progress: p, wanted: wantedDebs(set)}, tools: map[string]string{},
	}
	if b.goVersion, err = b.toolVersion(ctx, "go"); err != nil {
		return nil, err
	}
	out, err := output(ctx, command{name: "go", args: []string{"env", "GOMODCACHE"}})
	b.moduleCache = strings.TrimSpace(string(out))
	return b, err
}

// wantedDebs lists every package of every recipe, so that apt is asked once.
func wantedDebs(set *recipe.Set) []string {
	var all []string
	add := func(l recipe.Layer) {
		if l.Debs != nil {
			all = append(all, l.Debs.Packages...)
		}
		if l.Go != nil {
			all = append(all, l.Go.BuildDeps...)
		}
	}
	for _, l := range set.Layers {
		add(l)
	}
	for _, l := range set.Helpers.Layers {
		add(l)
	}
	for _, img := range set.Images {
		for _, l := range img.Layers {
			add(l)
		}
	}
	return all
}

func selectImages(all []recipe.Image, only []string) ([]recipe.Image, error) {
	if len(only) == 0 {
		return all, nil
	}
	var out []recipe.Image
	for _, name := range only {
		i := slices.IndexFunc(all, func(r recipe.Image) bool { return r.Name == name })
		if i >= 0 {
			out = append(out, all[i])
		} else if name != "helpers" {
			return nil, fmt.Errorf("select images: there is no recipe for %q", name)
		}
	}
	return out, nil
}

// buildAll builds images and helpers side by side.
func (b *builder) buildAll(ctx context.Context, recipes []recipe.Image, withHelpers bool) ([]image, *layer, error) {
	g, ctx := errgroup.WithContext(ctx)
	built := make([]image, len(recipes))
	for i, r := range recipes {
		g.Go(func() error {
			img, err := b.image(ctx, r)
			built[i] = img
			return err
		})
	}
	var helpers *layer
	if withHelpers && len(b.set.Helpers.Layers) > 0 {
		g.Go(func() (err error) {
			helpers, err = b.helpers(ctx)
			return err
		})
	}
	return built, helpers, g.Wait()
}

// image builds one image, once.
func (b *builder) image(ctx context.Context, r recipe.Image) (image, error) {
	return b.images.do(r.Name, func() (image, error) {
		img, err := b.ownLayers(ctx, r)
		if err != nil || r.From == "" {
			return img, err
		}
		i := slices.IndexFunc(b.set.Images, func(o recipe.Image) bool { return o.Name == r.From })
		below, err := b.image(ctx, b.set.Images[i])
		img.layers = slices.Concat(below.layers, img.layers)
		return img, err
	})
}

// ownLayers prepares one recipe and builds its layers, all at once: most of them wait
// for others' processes.
func (b *builder) ownLayers(ctx context.Context, r recipe.Image) (image, error) {
	img := image{recipe: r, layers: make([]*layer, len(r.Layers))}
	w, err := b.prepare(ctx, r)
	if err != nil {
		return img, err
	}
	g, ctx := errgroup.WithContext(ctx)
	for i, l := range r.Layers {
		g.Go(func() (err error) {
			img.layers[i], err = b.layer(ctx, fmt.Sprintf("image %s: layer %d of %d", r.Name, i+1, len(r.Layers)), l, w)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return img, err
	}
	img.licenses, err = b.extraLicenses(r, w)
	return img, err
}

// extraLicenses reads the texts that the recipe names.
func (b *builder) extraLicenses(r recipe.Image, w workspace) (licenses, error) {
	lic := licenses{}
	for _, name := range r.Licenses {
		content, err := os.ReadFile(filepath.Join(w.dir, name))
		if err != nil {
			return nil, fmt.Errorf("image %s: read licence: %w", r.Name, err)
		}
		if err := lic.add(b.cache, "image/"+r.Name+"/"+filepath.Base(name), content); err != nil {
			return nil, err
		}
	}
	return lic, nil
}
