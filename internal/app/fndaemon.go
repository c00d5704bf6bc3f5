package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/labbox/labbox/internal/fn/build"
	"github.com/labbox/labbox/internal/fn/remote"
	"github.com/labbox/labbox/internal/image"
)

// routeFunctions adds to the admin API what "labbox fn" asks for.
func (d *daemon) routeFunctions(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/v1/fn/images", func(w http.ResponseWriter, r *http.Request) {
		added, err := d.receiveImage(r.Context(), r.Body)
		answer(w, added, err)
	})
	mux.HandleFunc("GET /api/v1/fn/image", func(w http.ResponseWriter, r *http.Request) {
		found, err := d.findImage(r.Context(), r.URL.Query().Get("ref"))
		answer(w, found, err)
	})
	mux.HandleFunc("DELETE /api/v1/fn/images/{name}", func(w http.ResponseWriter, r *http.Request) {
		removed, err := d.removeImages(r.Context(), r.PathValue("name"))
		answer(w, removed, err)
	})
}

// findImage looks an image up by any of its names; Image is the name by digest when
// it is a function's.
func (d *daemon) findImage(ctx context.Context, ref string) (*FnImage, error) {
	socket, err := d.containerd()
	if err != nil {
		return nil, err
	}
	digest, err := image.Lookup(ctx, socket, ref)
	if err != nil {
		return nil, err
	}
	found := &FnImage{Image: ref, Digest: digest, Refs: []string{}}
	all, err := image.Find(ctx, socket, functionImages)
	for _, img := range all {
		if img.Digest != digest {
			continue
		}
		found.Refs = append(found.Refs, img.Ref)
		_, hex, _ := strings.Cut(digest, ":")
		if _, tag, _ := strings.Cut(img.Ref, ":"); tag != "" && strings.HasPrefix(hex, tag) && (found.Image == ref || nameOf(img.Ref) == nameOf(ref)) {
			found.Image = img.Ref
		}
	}
	return found, err
}

// removeImages removes all images of a function.
func (d *daemon) removeImages(ctx context.Context, name string) ([]string, error) {
	socket, err := d.containerd()
	if err != nil {
		return nil, err
	}
	all, err := image.Find(ctx, socket, functionImages+name+":")
	if err != nil {
		return nil, err
	}
	refs := []string{}
	for _, img := range all {
		refs = append(refs, img.Ref)
	}
	return refs, image.Remove(ctx, socket, refs)
}

// withBuilder adds the builder for faas-cli to the dashboard's port. It stands before
// the dashboard's guard: programs have no page's token, and the builder knows who
// asks by the signature of what they send.
func (d *daemon) withBuilder(dashboard http.Handler) (http.Handler, error) {
	secret, err := builderSecret(d.paths.BuilderSecret())
	if err != nil {
		return nil, err
	}
	scratch, err := d.scratch()
	if err != nil {
		return nil, err
	}
	builder := remote.New(remote.Options{Secret: secret, Scratch: scratch, Log: d.log,
		Image: func(ctx context.Context, order *build.Order, res *build.Result) (string, error) {
			_, err := d.addImage(ctx, nameOf(order.Image), order.Image, res)
			return order.Image, err
		}})
	mux := http.NewServeMux()
	mux.Handle("/build", builder)
	mux.Handle("/", dashboard)
	return mux, nil
}

// builderSecret reads the key that builds are signed with, or makes one, for root to
// read only.
func builderSecret(file string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		data = []byte(rand.Text() + rand.Text())
		err = os.WriteFile(file, append(data, '\n'), 0o600)
	}
	secret := []byte(strings.TrimSpace(string(data)))
	if err == nil && len(secret) < 16 {
		err = errors.New("it is too short")
	}
	if err != nil {
		return nil, fmt.Errorf("the builder's secret %s: %w", file, err)
	}
	return secret, nil
}
