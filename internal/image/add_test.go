package image

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/identity"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// base is an image of two layers whose blobs are nowhere.
func base() source {
	layers := []ocispec.Descriptor{{MediaType: ocispec.MediaTypeImageLayerZstd, Digest: digest.FromString("one"), Size: 3}, {MediaType: ocispec.MediaTypeImageLayerZstd, Digest: digest.FromString("two"), Size: 3}}
	return source{ref: "labbox.local/fn-python:dev", manifest: ocispec.Manifest{Layers: layers}, config: ocispec.Image{
		Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"},
		Config:   ocispec.ImageConfig{Env: []string{"mode=http"}, Entrypoint: []string{"/usr/bin/fwatchdog"}, User: "10001:10001", Labels: map[string]string{"a": "b"}},
		RootFS:   ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromString("tar one"), digest.FromString("tar two")}},
	}}
}

func mustLayer(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "layer.tar")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestStack(t *testing.T) {
	t.Parallel()
	b := base()
	a := Addition{Layer: mustLayer(t, "a layer"), Change: func(c *ocispec.ImageConfig) {
		c.Env = append(c.Env, "more=1")
		c.Labels["a"] = "c"
	}}
	layout, s, err := stack(b, a)
	if err != nil {
		t.Fatal(err)
	}
	// The importer reads it as it reads any layout.
	read, err := readSource(layout, ocispec.Descriptor{Digest: s.target.Digest, Annotations: map[string]string{ocispec.AnnotationRefName: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	want := append(slices.Clone(b.config.RootFS.DiffIDs), digest.FromString("a layer"))
	if !slices.Equal(read.config.RootFS.DiffIDs, want) || read.top() != identity.ChainID(slices.Clone(want)) || !slices.Equal(read.chains, s.chains) {
		t.Errorf("layers %v, chains %v", read.config.RootFS.DiffIDs, read.chains)
	}
	c := read.config.Config
	if !slices.Equal(c.Env, []string{"mode=http", "more=1"}) || c.Labels["a"] != "c" || c.User != "10001:10001" || read.config.Architecture != "amd64" {
		t.Errorf("configuration %+v", read.config)
	}
	if b.config.Config.Labels["a"] != "b" || len(b.config.RootFS.DiffIDs) != 2 || len(b.manifest.Layers) != 2 {
		t.Errorf("the base was changed: %+v", b)
	}
	last := read.manifest.Layers[2]
	if raw, err := fs.ReadFile(layout, blobPath(last.Digest)); err != nil || string(raw) != "a layer" || last.Size != 7 {
		t.Errorf("layer %q, %v", raw, err)
	}
	if _, err := layout.Open(blobPath(b.manifest.Layers[0].Digest)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a blob of the base: %v", err)
	}
	if _, again, err := stack(base(), a); err != nil || again.target.Digest != s.target.Digest {
		t.Errorf("the same addition gave %s and %s (%v)", s.target.Digest, again.target.Digest, err)
	}
	if _, other, _ := stack(base(), Addition{Layer: mustLayer(t, "another"), Change: a.Change}); other.target.Digest == s.target.Digest {
		t.Error("another layer gave the same digest")
	}
}

func TestStackWithoutLayer(t *testing.T) {
	t.Parallel()
	_, s, err := stack(base(), Addition{Change: func(c *ocispec.ImageConfig) { c.User = "0" }})
	if err != nil || len(s.chains) != 2 || s.config.Config.User != "0" {
		t.Errorf("%+v, %v", s, err)
	}
	if _, _, err := stack(base(), Addition{Layer: filepath.Join(t.TempDir(), "gone")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a layer that is not there: %v", err)
	}
}

func TestNormal(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"hello": "docker.io/library/hello:latest", "me/hello:1": "docker.io/me/hello:1", "labbox.local/fn/a:b": "labbox.local/fn/a:b",
		"localhost:5000/x": "localhost:5000/x:latest", "Hello": "", "a b": "", "": "", "x:": "",
	} {
		got, err := Normal(ref)
		if got != want || (want == "") != (err != nil) {
			t.Errorf("Normal(%q) = %q, %v; want %q", ref, got, err, want)
		}
	}
}
