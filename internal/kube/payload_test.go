package kube

import (
	"archive/tar"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/klauspost/compress/zstd"

	"github.com/labbox/labbox/bundle"
)

// layoutDir is an OCI layout in a directory.
type layoutDir struct {
	fs.FS
	path string
}

func (l layoutDir) Path() string { return l.path }

// mustPayload returns the helpers directory and a small OCI layout: those named
// by LABBOX_HELPERS and LABBOX_IMAGES, or taken from the program LABBOX_BIN.
func mustPayload(t *testing.T) (helpers string, layout layoutDir) {
	t.Helper()
	helpers, images := os.Getenv("LABBOX_HELPERS"), os.Getenv("LABBOX_IMAGES")
	if helpers != "" && images != "" {
		return helpers, layoutDir{os.DirFS(images), images}
	}
	program := os.Getenv("LABBOX_BIN")
	if program == "" {
		t.Skip("LABBOX_BIN does not name a built labbox")
	}
	payload, err := bundle.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer payload.Close()
	helpers, images = t.TempDir(), t.TempDir()
	if err := unpackHelpers(payload, helpers); err != nil {
		t.Fatal(err)
	}
	if err := copySmallImages(payload, images); err != nil {
		t.Fatal(err)
	}
	return helpers, layoutDir{os.DirFS(images), images}
}

func unpackHelpers(payload fs.FS, dir string) error {
	f, err := payload.Open("helpers.tar.zst")
	if err != nil {
		return err
	}
	defer f.Close()
	plain, err := zstd.NewReader(f)
	if err != nil {
		return err
	}
	defer plain.Close()
	archive := tar.NewReader(plain)
	for {
		header, err := archive.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		text, err := io.ReadAll(archive)
		if err != nil {
			return err
		}
		if err := writeTestFile(filepath.Join(dir, header.Name), text, header.FileInfo().Mode()); err != nil {
			return err
		}
	}
}

func writeTestFile(path string, text []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, text, mode)
}

// descriptor is what the test needs to know of an OCI descriptor.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Platform    json.RawMessage   `json:"platform,omitempty"`
}

// copySmallImages copies pause and busybox out of the payload's layout.
func copySmallImages(payload fs.FS, dir string) error {
	text, err := fs.ReadFile(payload, "images/index.json")
	if err != nil {
		return err
	}
	var index struct {
		SchemaVersion int          `json:"schemaVersion"`
		MediaType     string       `json:"mediaType,omitempty"`
		Manifests     []descriptor `json:"manifests"`
	}
	if err := json.Unmarshal(text, &index); err != nil {
		return err
	}
	index.Manifests = slices.DeleteFunc(index.Manifests, func(d descriptor) bool {
		name := d.Annotations["org.opencontainers.image.ref.name"]
		return !strings.Contains(name, "/pause:") && !strings.Contains(name, "/busybox:")
	})
	if len(index.Manifests) != 2 {
		return fmt.Errorf("found %d of two images", len(index.Manifests))
	}
	for _, d := range index.Manifests {
		if err := copyImage(payload, dir, d); err != nil {
			return err
		}
	}
	text, err = json.Marshal(index)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "index.json"), text, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "oci-layout"), []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o644)
}

func copyImage(payload fs.FS, dir string, image descriptor) error {
	text, err := copyBlob(payload, dir, image)
	if err != nil {
		return err
	}
	var manifest struct {
		Config descriptor
		Layers []descriptor
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return err
	}
	for _, d := range append(manifest.Layers, manifest.Config) {
		if _, err := copyBlob(payload, dir, d); err != nil {
			return err
		}
	}
	return nil
}

func copyBlob(payload fs.FS, dir string, d descriptor) ([]byte, error) {
	name := "blobs/" + strings.Replace(d.Digest, ":", "/", 1)
	text, err := fs.ReadFile(payload, "images/"+name)
	if err != nil {
		return nil, err
	}
	return text, writeTestFile(filepath.Join(dir, name), text, 0o644)
}

// importTestImages imports a whole layout into containerd.
func importTestImages(ctx context.Context, socket string, layout fs.FS) error {
	runtime, err := client.New(socket)
	if err != nil {
		return err
	}
	defer runtime.Close()
	ctx = namespaces.WithNamespace(ctx, "k8s.io")
	reader, writer := io.Pipe()
	go func() {
		archive := tar.NewWriter(writer)
		err := archive.AddFS(layout)
		if err == nil {
			err = archive.Close()
		}
		writer.CloseWithError(err)
	}()
	list, err := runtime.Import(ctx, reader)
	if err != nil {
		return err
	}
	for _, found := range list {
		if err := client.NewImage(runtime, found).Unpack(ctx, "overlayfs"); err != nil {
			return err
		}
	}
	return nil
}
