package image

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/containerd/errdefs"

	"github.com/labbox/labbox/internal/lab"
)

// Built is an image by its name.
type Built struct {
	Ref     string    `json:"ref"`
	Digest  string    `json:"digest"`
	Created time.Time `json:"created"`
}

// Find returns the images whose references begin with prefix, newest first.
func Find(ctx context.Context, socket, prefix string) ([]Built, error) {
	var found []Built
	err := withImages(ctx, socket, func(ctx context.Context, store images.Store) error {
		all, err := store.List(ctx)
		for _, img := range all {
			if strings.HasPrefix(img.Name, prefix) {
				found = append(found, Built{Ref: img.Name, Digest: img.Target.Digest.String(), Created: img.UpdatedAt})
			}
		}
		return err
	})
	slices.SortFunc(found, func(a, b Built) int { return b.Created.Compare(a.Created) })
	return found, err
}

// Lookup returns the digest of the image with the reference; CodeNotFound when there
// is none.
func Lookup(ctx context.Context, socket, ref string) (digest string, err error) {
	name, err := Normal(ref)
	if err != nil {
		return "", err
	}
	err = withImages(ctx, socket, func(ctx context.Context, store images.Store) error {
		img, err := store.Get(ctx, name)
		if errdefs.IsNotFound(err) {
			return lab.Errorf(lab.CodeNotFound, "Build it: labbox fn build", "image %s is not in the lab", ref)
		}
		digest = img.Target.Digest.String()
		return err
	})
	return digest, err
}

// Remove removes references; what nobody else needs of the images is collected by
// containerd, and what containers run on stays until they end. Those that are not
// there are no error.
func Remove(ctx context.Context, socket string, refs []string) error {
	return withImages(ctx, socket, func(ctx context.Context, store images.Store) error {
		for _, ref := range refs {
			if err := store.Delete(ctx, ref); err != nil && !errdefs.IsNotFound(err) {
				return fmt.Errorf("remove image %s: %w", ref, err)
			}
		}
		return nil
	})
}

func withImages(ctx context.Context, socket string, do func(ctx context.Context, store images.Store) error) error {
	client, err := containerd.New(socket, containerd.WithDefaultNamespace(namespace))
	if err != nil {
		return fmt.Errorf("connect to containerd: %w", err)
	}
	defer client.Close()
	if err := do(namespaces.WithNamespace(ctx, namespace), client.ImageService()); err != nil {
		return fmt.Errorf("ask containerd for images: %w", err)
	}
	return nil
}
