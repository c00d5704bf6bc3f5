package workbench

import (
	"context"
	"errors"
	"testing"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/labtest"
)

// lists has the same deployments, one of them owned, and nothing else in each namespace.
type lists struct{ lab.ObjectFollower }

// List implements lab.ObjectFollower.
func (lists) List(_ context.Context, q lab.ObjectQuery) ([]map[string]any, error) {
	if q.Kind != "Deployment" {
		return nil, nil
	}
	return []map[string]any{
		{"metadata": map[string]any{"name": "api", "namespace": q.Namespace}},
		{"metadata": map[string]any{"name": "owned", "namespace": q.Namespace, "ownerReferences": []any{map[string]any{"kind": "Rollout"}}}},
	}, nil
}

// TestEmptyNamespace: only a lesson's own namespace is emptied, of what is nobody's.
func TestEmptyNamespace(t *testing.T) {
	t.Parallel()
	objects := &labtest.Objects{}
	objects.Set(lab.ObjectRef{APIVersion: "v1", Kind: "Namespace", Name: "kube-system"}, []byte(`{"metadata": {"name": "kube-system"}}`))
	objects.Set(lab.ObjectRef{APIVersion: "v1", Kind: "Namespace", Name: "learn-a"}, []byte(`{"metadata": {"labels": {"labbox.dev/learner": "true"}}}`))
	deployment := func(namespace, name string) lab.ObjectRef {
		return lab.ObjectRef{APIVersion: "apps/v1", Kind: "Deployment", Namespace: namespace, Name: name}
	}
	for _, namespace := range []string{"kube-system", "learn-a", "openfaas-fn"} {
		objects.Set(deployment(namespace, "api"), []byte(`{}`))
		objects.Set(deployment(namespace, "owned"), []byte(`{}`))
	}
	b := New(Options{Objects: objects, Lists: lists{}})
	for _, namespace := range []string{"kube-system", "learn-a", "openfaas-fn"} {
		if err := b.EmptyNamespace(t.Context(), namespace); err != nil {
			t.Error(err)
		}
	}
	for ref, stays := range map[lab.ObjectRef]bool{
		deployment("kube-system", "api"): true, deployment("openfaas-fn", "api"): true, deployment("learn-a", "owned"): true, deployment("learn-a", "api"): false,
	} {
		if _, err := objects.Get(t.Context(), ref); (err == nil) != stays {
			t.Errorf("%+v stays: %t, want %t", ref, err == nil, stays)
		}
	}
	if err := New(Options{Objects: &labtest.Objects{Err: errors.New("no answer")}, Lists: lists{}}).EmptyNamespace(t.Context(), "learn-a"); err == nil {
		t.Error("a namespace that could not be looked at counts as emptied")
	}
}
