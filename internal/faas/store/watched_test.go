package store_test

import (
	"context"
	"slices"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labbox/labbox/internal/faas/store"
	"github.com/labbox/labbox/internal/faas/storetest"
)

// Functions of a watched namespace are routed to and scaled, but not listed.
func TestWatchedNamespace(t *testing.T) {
	t.Parallel()
	key := store.Key{Namespace: "elsewhere", Name: "f"}
	labels := map[string]string{store.LabelFunction: "f"}
	c := storetest.New(t, &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: key.Name, Namespace: key.Namespace, Labels: labels}, Spec: appsv1.DeploymentSpec{Replicas: new(int32(0))}})
	s := store.New(c.Client(), store.Config{Namespaces: []string{ns}, Watched: []string{"elsewhere"}})
	ctx, cancel := context.WithCancel(context.Background())
	table, synced, ended := store.NewTable(), make(chan struct{}), make(chan error)
	go func() { ended <- s.Watch(ctx, table, func() { close(synced) }) }()
	<-synced
	if _, ok := table.Lookup(key); !ok {
		t.Error("calls of it are not routed")
	}
	if err := s.Wake(ctx, key); err != nil {
		t.Errorf("Wake() = %v", err)
	}
	if slices.Contains(s.Namespaces(), "elsewhere") {
		t.Error("it is offered as a namespace for functions")
	}
	if _, err := s.Namespace("elsewhere"); err == nil {
		t.Error("functions may be deployed to it")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Watch() = %v", err)
	}
}
