package image

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/identity"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// source is one image of the layout, with everything small already read.
type source struct {
	ref string
	// rank is the place in the import's order.
	rank     int
	target   ocispec.Descriptor
	manifest ocispec.Manifest
	config   ocispec.Image
	// chains are the chain IDs after each layer.
	chains []digest.Digest
}

// top is the chain ID of the whole image.
func (s source) top() digest.Digest { return s.chains[len(s.chains)-1] }

// size is the compressed bytes of all layers.
func (s source) size() int64 {
	var n int64
	for _, l := range s.manifest.Layers {
		n += l.Size
	}
	return n
}

// Refs returns the references of all images in an OCI layout, in the order in which
// they should be imported.
func Refs(layout fs.FS) ([]string, error) {
	all, err := readLayout(layout)
	if err != nil {
		return nil, err
	}
	refs := make([]string, 0, len(all))
	for _, s := range all {
		refs = append(refs, s.ref)
	}
	return refs, nil
}

func readLayout(layout fs.FS) ([]source, error) {
	var index ocispec.Index
	if err := readJSON(layout, ocispec.ImageIndexFile, &index); err != nil {
		return nil, err
	}
	all := make([]source, 0, len(index.Manifests))
	for _, d := range index.Manifests {
		s, err := readSource(layout, d)
		if err != nil {
			return nil, fmt.Errorf("read image %s: %w", s.ref, err)
		}
		all = append(all, s)
	}
	return all, nil
}

func readSource(layout fs.FS, d ocispec.Descriptor) (source, error) {
	s := source{ref: d.Annotations[ocispec.AnnotationRefName]}
	s.target = ocispec.Descriptor{MediaType: d.MediaType, Digest: d.Digest, Size: d.Size}
	if s.ref == "" {
		return s, errors.New("it has no name in the index")
	}
	if err := readJSON(layout, blobPath(d.Digest), &s.manifest); err != nil {
		return s, err
	}
	if err := readJSON(layout, blobPath(s.manifest.Config.Digest), &s.config); err != nil {
		return s, err
	}
	ids := s.config.RootFS.DiffIDs
	if len(ids) == 0 || len(ids) != len(s.manifest.Layers) {
		return s, fmt.Errorf("it has %d layers and names %d", len(s.manifest.Layers), len(ids))
	}
	for i := range ids {
		s.chains = append(s.chains, identity.ChainID(ids[:i+1]))
	}
	return s, nil
}

func readJSON(layout fs.FS, name string, into any) error {
	raw, err := fs.ReadFile(layout, name)
	if err != nil {
		return fmt.Errorf("read image layout: %w", err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("read image layout: %s: %w", name, err)
	}
	return nil
}

func blobPath(d digest.Digest) string { return "blobs/" + d.Algorithm().String() + "/" + d.Encoded() }
