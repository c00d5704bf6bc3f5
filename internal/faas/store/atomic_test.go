package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
	"github.com/labbox/labbox/internal/faas/storetest"
)

func has(c *storetest.Cluster, gvr schema.GroupVersionResource, name string) bool {
	_, err := c.Tracker.Get(gvr, ns, name)
	return err == nil
}

func TestFailedCreateLeavesNothing(t *testing.T) {
	t.Parallel()
	foreign := metav1.ObjectMeta{Name: "f", Namespace: ns}
	tests := []struct {
		name    string
		objects []runtime.Object
		verb    string // that fails
		kind    string
		err     error
		service bool // there is one afterwards
		is      error
	}{
		{name: "the Service is refused", verb: "create", kind: "services", err: apierrors.NewInvalid(schema.GroupKind{Kind: "Service"}, "f", nil)},
		{name: "the Deployment is refused", verb: "create", kind: "deployments", err: apierrors.NewInvalid(schema.GroupKind{Kind: "Deployment"}, "f", nil)},
		{name: "the cluster is away", verb: "create", kind: "deployments", err: apierrors.NewServiceUnavailable("starting"), is: store.ErrUnavailable},
		{name: "not allowed", verb: "create", kind: "services", err: apierrors.NewForbidden(schema.GroupResource{}, "f", nil), is: store.ErrForbidden},
		{name: "another's Service", objects: []runtime.Object{&corev1.Service{ObjectMeta: foreign}}, service: true, is: store.ErrExists},
		{name: "another's Deployment", objects: []runtime.Object{&appsv1.Deployment{ObjectMeta: foreign}}, is: store.ErrExists},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, c := newStore(t, tt.objects...)
			if tt.verb != "" {
				c.Fail(tt.verb, tt.kind, tt.err)
			}
			err := s.Create(context.Background(), &api.Deployment{Service: "f", Image: "i"})
			var invalid *store.Invalid
			if err == nil || (tt.is == nil) != errors.As(err, &invalid) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("Create() = %v, want %v", err, tt.is)
			}
			if got := has(c, corev1.SchemeGroupVersion.WithResource("services"), "f"); got != tt.service {
				t.Errorf("there is a Service: %v, want %v", got, tt.service)
			}
			if _, err := s.Get(context.Background(), store.Key{Namespace: ns, Name: "f"}); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("Get() = %v, want no function", err)
			}
		})
	}
}

// A client that leaves between the two objects leaves no half function.
func TestClientLeavesDuringCreate(t *testing.T) {
	t.Parallel()
	s, c := newStore(t)
	ctx, leave := context.WithCancel(context.Background())
	c.Before("create", "deployments", func() error { leave(); return ctx.Err() })
	if err := s.Create(ctx, &api.Deployment{Service: "f", Image: "i"}); !errors.Is(err, context.Canceled) {
		t.Errorf("Create() = %v", err)
	}
	if has(c, corev1.SchemeGroupVersion.WithResource("services"), "f") {
		t.Error("the Service stayed")
	}
}

// One of many who create the same function wins, and it is whole.
func TestCreateAtTheSameTime(t *testing.T) {
	t.Parallel()
	s, c := newStore(t)
	var wg sync.WaitGroup
	results := make(chan error, 20)
	for range cap(results) {
		wg.Go(func() { results <- s.Create(context.Background(), &api.Deployment{Service: "f", Image: "i"}) })
	}
	wg.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, store.ErrExists) {
			t.Errorf("Create() = %v, want ErrExists", err)
		}
	}
	if won != 1 || !has(c, corev1.SchemeGroupVersion.WithResource("services"), "f") {
		t.Errorf("%d created it, want 1, with its Service", won)
	}
}

func TestDeletedNamespaceIsAConflict(t *testing.T) {
	t.Parallel()
	s, c := newStore(t)
	ending := apierrors.NewForbidden(schema.GroupResource{Resource: "services"}, "f", errors.New("being terminated"))
	ending.ErrStatus.Details.Causes = append(ending.ErrStatus.Details.Causes, metav1.StatusCause{Type: corev1.NamespaceTerminatingCause})
	c.Fail("create", "services", ending)
	if err := s.Create(context.Background(), &api.Deployment{Service: "f", Image: "i"}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("Create() = %v, want ErrConflict", err)
	}
}
