package main

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/pkg/namespaces"
)

// importLayout imports all images of an OCI layout directory and pins them.
func importLayout(ctx context.Context, socket, dir string) error {
	runtime, err := client.New(socket)
	if err != nil {
		return fmt.Errorf("import %s: %w", dir, err)
	}
	defer runtime.Close()
	ctx = namespaces.WithNamespace(ctx, "k8s.io")
	reader, writer := io.Pipe()
	go func() {
		archive := tar.NewWriter(writer)
		err := archive.AddFS(os.DirFS(dir))
		if err == nil {
			err = archive.Close()
		}
		writer.CloseWithError(err)
	}()
	list, err := runtime.Import(ctx, reader, client.WithImageLabels(map[string]string{"io.cri-containerd.pinned": "pinned"}))
	if err != nil {
		return fmt.Errorf("import %s: %w", dir, err)
	}
	for _, found := range list {
		image := client.NewImage(runtime, found)
		if err := image.Unpack(ctx, "overlayfs"); err != nil {
			return fmt.Errorf("unpack %s: %w", found.Name, err)
		}
		fmt.Println("        imported", found.Name)
	}
	return nil
}
