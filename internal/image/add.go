package image

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/identity"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/labbox/labbox/internal/lab"
)

// Addition is an image that stands on one which is unpacked already.
type Addition struct {
	// Base is the reference of that image.
	Base string
	// Layer is a file with one tar; empty when the image only has another
	// configuration than its base.
	Layer string
	// Change changes the base's configuration.
	Change func(*ocispec.ImageConfig)
	// Refs are the names that the image gets, normalised by Normal. In each, "{digest}"
	// stands for the first digits of the image's own digest.
	Refs []string
}

// Added is what came of it.
type Added struct {
	Digest string   `json:"digest"`
	Refs   []string `json:"refs"`
}

// Normal returns a reference as the kubelet's side of containerd has it: "hello"
// becomes "docker.io/library/hello:latest".
func Normal(ref string) (string, error) {
	named, err := reference.ParseDockerRef(ref)
	if err != nil {
		return "", lab.Errorf(lab.CodeUsage, "An image's name is for example labbox.local/fn/hello:latest", "image %q: %w", ref, err)
	}
	return named.String(), nil
}

// Add makes an image of a base and one layer in the containerd behind socket, and
// unpacks and pins it. No blob of the base is needed, only that it is unpacked. The
// same addition gives the same digest. A base that is not there is a lab.Error with
// CodeNotFound.
func Add(ctx context.Context, socket string, a Addition) (*Added, error) {
	client, err := containerd.New(socket, containerd.WithDefaultNamespace(namespace))
	if err != nil {
		return nil, fmt.Errorf("connect to containerd: %w", err)
	}
	defer client.Close()
	ctx, done, err := withLease(ctx, client)
	if err != nil {
		return nil, err
	}
	defer done()
	base, err := readBase(ctx, client, a.Base)
	if err != nil {
		return nil, err
	}
	layout, s, err := stack(base, a)
	if err != nil {
		return nil, fmt.Errorf("make an image on %s: %w", a.Base, err)
	}
	added := &Added{Digest: s.target.Digest.String()}
	i := newImporter(client, layout, Options{})
	for _, ref := range a.Refs {
		if s.ref, err = Normal(strings.ReplaceAll(ref, "{digest}", s.target.Digest.Encoded()[:12])); err != nil {
			return nil, err
		}
		if err := i.importOne(ctx, s); err != nil {
			return nil, fmt.Errorf("import image %s: %w", s.ref, err)
		}
		added.Refs = append(added.Refs, s.ref)
	}
	return added, nil
}

// readBase reads manifest and configuration of an image that containerd has.
func readBase(ctx context.Context, client *containerd.Client, ref string) (source, error) {
	s := source{}
	name, err := Normal(ref)
	if err != nil {
		return s, err
	}
	img, err := client.ImageService().Get(ctx, name)
	if errdefs.IsNotFound(err) {
		return s, lab.Errorf(lab.CodeNotFound, "The lab builds on its own images only: labbox.local/fn-python:dev, fn-node:dev, fn-go:dev and what was built before",
			"the base image %s is not in the lab", ref)
	}
	if err != nil {
		return s, fmt.Errorf("look up image %s: %w", ref, err)
	}
	s.ref, s.target = name, img.Target
	if err := readBlob(ctx, client, img.Target, &s.manifest); err != nil {
		return s, fmt.Errorf("read image %s: %w", ref, err)
	}
	if err := readBlob(ctx, client, s.manifest.Config, &s.config); err != nil {
		return s, fmt.Errorf("read image %s: %w", ref, err)
	}
	if len(s.config.RootFS.DiffIDs) == 0 || len(s.config.RootFS.DiffIDs) != len(s.manifest.Layers) {
		return s, lab.Errorf(lab.CodeUsage, "", "image %s is of a form that nothing can be built on", ref)
	}
	top := identity.ChainID(slices.Clone(s.config.RootFS.DiffIDs)).String()
	if _, err := client.SnapshotService(snapshotter).Stat(ctx, top); err != nil {
		return s, fmt.Errorf("image %s is not unpacked: %w", ref, err)
	}
	return s, nil
}

func readBlob(ctx context.Context, client *containerd.Client, d ocispec.Descriptor, into any) error {
	raw, err := content.ReadBlob(ctx, client.ContentStore(), d)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// stack describes the image that stands on base, and a layout with what is new of it.
func stack(base source, a Addition) (fs.FS, source, error) {
	s := source{config: base.config}
	s.config.RootFS.DiffIDs = slices.Clone(base.config.RootFS.DiffIDs)
	s.config.History = nil
	created := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	s.config.Created = &created
	if a.Change != nil {
		s.config.Config = cloneConfig(base.config.Config)
		a.Change(&s.config.Config)
	}
	s.manifest = ocispec.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Layers: slices.Clone(base.manifest.Layers)}
	l := layerFS{blobs: map[string][]byte{}}
	if a.Layer != "" {
		d, err := describe(a.Layer)
		if err != nil {
			return nil, s, err
		}
		l.layer, l.file = blobPath(d.Digest), a.Layer
		s.manifest.Layers = append(s.manifest.Layers, d)
		s.config.RootFS.DiffIDs = append(s.config.RootFS.DiffIDs, d.Digest) // not compressed: both sums are one
	}
	var err error
	if s.manifest.Config, err = l.add(ocispec.MediaTypeImageConfig, s.config); err != nil {
		return nil, s, err
	}
	if s.target, err = l.add(ocispec.MediaTypeImageManifest, s.manifest); err != nil {
		return nil, s, err
	}
	for i := range s.config.RootFS.DiffIDs {
		s.chains = append(s.chains, identity.ChainID(slices.Clone(s.config.RootFS.DiffIDs[:i+1])))
	}
	return l, s, nil
}

func cloneConfig(c ocispec.ImageConfig) ocispec.ImageConfig {
	c.Env, c.Entrypoint, c.Cmd = slices.Clone(c.Env), slices.Clone(c.Entrypoint), slices.Clone(c.Cmd)
	labels, ports := c.Labels, c.ExposedPorts
	c.Labels, c.ExposedPorts = map[string]string{}, map[string]struct{}{}
	for k, v := range labels {
		c.Labels[k] = v
	}
	for k := range ports {
		c.ExposedPorts[k] = struct{}{}
	}
	return c
}

func describe(file string) (ocispec.Descriptor, error) {
	f, err := os.Open(file)
	if err != nil {
		return ocispec.Descriptor{}, fmt.Errorf("open the layer: %w", err)
	}
	defer f.Close()
	sum, err := digest.FromReader(f)
	if err != nil {
		return ocispec.Descriptor{}, fmt.Errorf("read the layer: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return ocispec.Descriptor{}, fmt.Errorf("read the layer: %w", err)
	}
	return ocispec.Descriptor{MediaType: ocispec.MediaTypeImageLayer, Digest: sum, Size: info.Size()}, nil
}

// layerFS is a layout of what is new in one image: small blobs, and one file.
type layerFS struct {
	blobs       map[string][]byte
	layer, file string
}

func (l layerFS) add(mediaType string, v any) (ocispec.Descriptor, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	d := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(raw), Size: int64(len(raw))}
	l.blobs[blobPath(d.Digest)] = raw
	return d, nil
}

// Open implements fs.FS.
func (l layerFS) Open(name string) (fs.File, error) {
	if name == l.layer && name != "" {
		return os.Open(l.file)
	}
	raw, ok := l.blobs[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &memFile{Reader: bytes.NewReader(raw), name: name}, nil
}
