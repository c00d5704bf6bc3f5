package store_test

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

// A function whose image was built anew keeps its new pods when it is deployed again,
// and forgets about that build with another image.
func TestUpdateKeepsTheImageDigest(t *testing.T) {
	t.Parallel()
	s, c := newStore(t)
	in := &api.Deployment{Service: "f", Image: "ttl.sh/me/f:1"}
	if err := s.Create(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	built := mustDeployment(t, c, "f").DeepCopy()
	if built.Spec.Template.Annotations == nil {
		built.Spec.Template.Annotations = map[string]string{}
	}
	built.Spec.Template.Annotations[store.AnnotationImageDigest] = "sha256:1"
	if err := c.Tracker.Update(appsv1.SchemeGroupVersion.WithResource("deployments"), built, ns); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if after := mustDeployment(t, c, "f").Spec.Template; after.String() != built.Spec.Template.String() {
		t.Errorf("the template is %v, want %v", after.Annotations, built.Spec.Template.Annotations)
	}
	if f, err := s.Get(t.Context(), store.Key{Namespace: ns, Name: "f"}); err != nil || len(f.Annotations) != 0 {
		t.Errorf("clients see %v, %v", f.Annotations, err)
	}
	in.Image = "ttl.sh/me/f:2"
	if err := s.Update(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if digest := mustDeployment(t, c, "f").Spec.Template.Annotations[store.AnnotationImageDigest]; digest != "" {
		t.Errorf("another image has the digest %s", digest)
	}
}
