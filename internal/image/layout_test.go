package image

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/labbox/labbox/internal/lab"
)

// mustLayout returns a layout with one image per reference, all of one layer.
func mustLayout(t *testing.T, refs ...string) fstest.MapFS {
	t.Helper()
	var images []layered
	for _, ref := range refs {
		images = append(images, layered{ref, []string{"layer"}})
	}
	return mustLayers(t, images...)
}

// layered is an image of layers that hold one text each.
type layered struct {
	ref    string
	layers []string
}

func mustLayers(t *testing.T, images ...layered) fstest.MapFS {
	t.Helper()
	layout := fstest.MapFS{}
	blob := func(mediaType string, raw []byte) ocispec.Descriptor {
		d := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(raw), Size: int64(len(raw))}
		layout[blobPath(d.Digest)] = &fstest.MapFile{Data: raw}
		return d
	}
	put := func(mediaType string, v any) ocispec.Descriptor {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return blob(mediaType, raw)
	}
	var index ocispec.Index
	for _, image := range images {
		var config ocispec.Image
		var m ocispec.Manifest
		for _, text := range image.layers {
			layer := blob(ocispec.MediaTypeImageLayer, []byte(text))
			m.Layers = append(m.Layers, layer)
			config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, layer.Digest)
		}
		m.Config = put(ocispec.MediaTypeImageConfig, config)
		d := put(ocispec.MediaTypeImageManifest, m)
		d.Annotations = map[string]string{ocispec.AnnotationRefName: image.ref}
		index.Manifests = append(index.Manifests, d)
	}
	raw, err := json.Marshal(index)
	if err != nil {
		t.Fatal(err)
	}
	layout["index.json"] = &fstest.MapFile{Data: raw}
	return layout
}

func TestRefsKeepOrder(t *testing.T) {
	t.Parallel()
	want := []string{"labbox.local/pause:1", "labbox.local/b:1", "labbox.local/a:1"}
	got, err := Refs(mustLayout(t, want...))
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v (%v), want %v", got, err, want)
	}
}

func TestReadLayoutRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(l fstest.MapFS)
		want   string
	}{
		"no index":  {func(l fstest.MapFS) { delete(l, "index.json") }, "index.json"},
		"bad index": {func(l fstest.MapFS) { l["index.json"].Data = []byte("{") }, "index.json"},
		"no name": {func(l fstest.MapFS) {
			l["index.json"].Data = []byte(strings.ReplaceAll(string(l["index.json"].Data), "labbox.local/a:1", ""))
		}, "no name"},
		"no blobs": {func(l fstest.MapFS) {
			for name := range l {
				if name != "index.json" {
					delete(l, name)
				}
			}
		}, "labbox.local/a:1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			layout := mustLayout(t, "labbox.local/a:1")
			tt.change(layout)
			if _, err := Refs(layout); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want it to say %q", err, tt.want)
			}
		})
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	all, err := readLayout(mustLayout(t, "a", "b", "c"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := choose(all, []string{"c", "a"})
	if err != nil || len(got) != 2 || got[0].ref != "a" || got[1].ref != "c" {
		t.Errorf("chose %v (%v), want a and c in the layout's order", got, err)
	}
	if _, err := choose(all, []string{"a", "x"}); lab.AsError(err).Code != lab.CodeNotFound {
		t.Errorf("an unknown image gives %v", err)
	}
}
