package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/labbox/labbox/internal/fn/build"
	"github.com/labbox/labbox/internal/fn/client"
	"github.com/labbox/labbox/internal/fn/remote"
	"github.com/labbox/labbox/internal/image"
	"github.com/labbox/labbox/internal/lab"
)

// route adds to the admin API what "labbox fn" asks for.
func (f *functionStore) route(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/v1/fn/images", func(w http.ResponseWriter, r *http.Request) {
		added, err := f.receiveImage(r.Context(), r.Body)
		answer(w, added, err)
	})
	mux.HandleFunc("GET /api/v1/fn/image", func(w http.ResponseWriter, r *http.Request) {
		found, err := f.findImage(r.Context(), r.URL.Query().Get("ref"))
		answer(w, found, err)
	})
	mux.HandleFunc("GET /api/v1/fn/rollout/{namespace}/{name}", func(w http.ResponseWriter, r *http.Request) {
		now, err := f.rollout(r.Context(), r.PathValue("namespace"), r.PathValue("name"))
		answer(w, now, err)
	})
	mux.HandleFunc("DELETE /api/v1/fn/images/{name}", func(w http.ResponseWriter, r *http.Request) {
		removed, err := f.removeImages(r.Context(), r.PathValue("name"))
		answer(w, removed, err)
	})
}

// rollout is how far a function's deployment is.
type rollout struct {
	Done    bool   `json:"done"`
	Message string `json:"message"`
}

// rollout says whether all replicas that are wanted are ready ones of the newest
// template, and no others are left.
func (f *functionStore) rollout(ctx context.Context, namespace, name string) (rollout, error) {
	raw, err := f.objects.Get(ctx, lab.ObjectRef{APIVersion: "apps/v1", Kind: "Deployment", Namespace: namespace, Name: name})
	if err != nil {
		return rollout{}, err
	}
	d, err := decode[struct {
		Metadata struct {
			Generation int64 `json:"generation"`
		} `json:"metadata"`
		Spec struct {
			Replicas int64 `json:"replicas"`
		} `json:"spec"`
		Status struct {
			ObservedGeneration int64 `json:"observedGeneration"`
			Replicas           int64 `json:"replicas"`
			UpdatedReplicas    int64 `json:"updatedReplicas"`
			AvailableReplicas  int64 `json:"availableReplicas"`
		} `json:"status"`
	}](raw)
	s := d.Status
	return rollout{
		Done: s.ObservedGeneration >= d.Metadata.Generation && s.UpdatedReplicas == d.Spec.Replicas &&
			s.Replicas == s.UpdatedReplicas && s.AvailableReplicas == s.UpdatedReplicas,
		Message: fmt.Sprintf("%d replicas wanted, %d new, %d available, %d in all", d.Spec.Replicas, s.UpdatedReplicas, s.AvailableReplicas, s.Replicas),
	}, err
}

// findImage looks an image up by any of its names; Image is the name by digest when
// it is a function's.
func (f *functionStore) findImage(ctx context.Context, ref string) (*FnImage, error) {
	socket, err := f.socket()
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

// removeImages removes all images of a function, under whatever names they have.
func (f *functionStore) removeImages(ctx context.Context, name string) ([]string, error) {
	socket, err := f.socket()
	if err != nil {
		return nil, err
	}
	all, err := image.Find(ctx, socket, "")
	if err != nil {
		return nil, err
	}
	digests := map[string]bool{}
	for _, img := range all {
		if strings.HasPrefix(img.Ref, functionImages+name+":") {
			digests[img.Digest] = true
		}
	}
	refs := []string{}
	for _, img := range all {
		own := strings.HasPrefix(img.Ref, functionImages+name+":")
		if own || digests[img.Digest] && !strings.HasPrefix(img.Ref, labImages) && strings.Contains(img.Ref, ":") && !strings.HasPrefix(img.Ref, "sha256:") {
			refs = append(refs, img.Ref)
		}
	}
	return refs, image.Remove(ctx, socket, refs)
}

// withBuilder adds the builder for faas-cli to the dashboard's port. It stands before
// the dashboard's guard: programs have no page's token, and the builder knows who
// asks by the signature of what they send.
func (f *functionStore) withBuilder(dashboard http.Handler, secretFile string) (http.Handler, error) {
	secret, err := keptSecret(secretFile)
	if err != nil {
		return nil, err
	}
	if err := os.RemoveAll(f.builds); err != nil { // what a killed daemon was building
		return nil, fmt.Errorf("tidy the place to build: %w", err)
	}
	scratch, err := f.scratch()
	if err != nil {
		return nil, err
	}
	builder := remote.New(remote.Options{Secret: []byte(secret), Scratch: scratch, Log: f.log,
		Image: f.remoteImage})
	mux := http.NewServeMux()
	mux.Handle("/build", builder)
	mux.Handle("/", dashboard)
	return mux, nil
}

// remoteImage makes the image of a remote build under the name that the client chose.
// A function of the image's name that runs on it gets new pods: the next ones would
// start from the new image anyway, and nobody wants some of each.
func (f *functionStore) remoteImage(ctx context.Context, order *build.Order, res *build.Result) (string, error) {
	name := nameOf(order.Image)
	added, err := f.addImage(ctx, name, order.Image, res)
	if err != nil {
		return order.Image, err
	}
	if err := f.renew(ctx, name, order.Image, added.Digest); err != nil {
		f.log.Warn("renew a function", "function", name, "error", err)
	}
	return order.Image, nil
}

// renew changes the pod template of the function, if it runs on the image of that
// name.
func (f *functionStore) renew(ctx context.Context, name, ref, digest string) error {
	deployed, err := image.Normal(f.deployedImage(ctx, name))
	if err != nil {
		return nil // it is not deployed
	}
	if normal, err := image.Normal(ref); err != nil || normal != deployed {
		return err
	}
	manifest, err := json.Marshal(map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{"namespace": client.DefaultNamespace, "name": name},
		"spec":     map[string]any{"template": map[string]any{"metadata": map[string]any{"annotations": map[string]string{annotationImage: digest}}}},
	})
	if err != nil {
		return err
	}
	return f.objects.Apply(ctx, manifest)
}

// annotationImage makes another image of the same name another pod template.
const annotationImage = "labbox.dev/image-digest"
