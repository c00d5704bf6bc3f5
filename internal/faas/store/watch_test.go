package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

// await waits until the table shows what want says of key.
func await(t *testing.T, table *store.Table, key store.Key, want func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		changed := table.Changed(key)
		if want() {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatal("the table did not get there in 10 s")
		}
	}
}

func TestWatchFollowsTheCluster(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	s, c := newStore(t)
	key := store.Key{Namespace: ns, Name: "f"}
	if err := s.Create(ctx, &api.Deployment{Service: "f", Image: "i"}); err != nil {
		t.Fatal(err)
	}
	table, synced, ended := store.NewTable(), make(chan struct{}), make(chan error)
	go func() { ended <- s.Watch(ctx, table, func() { close(synced) }) }()
	<-synced
	if _, ok := table.Lookup(key); !ok {
		t.Fatal("synced, but what existed at the start is not in the table")
	}
	c.AwaitWatch(t, "deployments", 1)
	c.AwaitWatch(t, "endpointslices", 1)

	c.SetReady(t, "f", 8080, "10.0.0.7")
	await(t, table, key, func() bool { return slices.Equal(table.Addresses(key), []string{"10.0.0.7:8080"}) })
	if err := s.Scale(ctx, key, 3); err != nil {
		t.Fatal(err)
	}
	await(t, table, key, func() bool { f, _ := table.Lookup(key); return f.Replicas == 3 })
	c.SetReady(t, "f", 8080)
	await(t, table, key, func() bool { return len(table.Addresses(key)) == 0 })
	if err := c.Tracker.Delete(appsv1.SchemeGroupVersion.WithResource("deployments"), ns, "f"); err != nil {
		t.Fatal(err)
	}
	await(t, table, key, func() bool { _, ok := table.Lookup(key); return !ok })
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Watch() = %v after its context was done", err)
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	foreign := openfaasSecret("foreign")
	foreign.Labels = nil
	s, _ := newStore(t, foreign)
	in := api.Secret{Name: "key", Namespace: ns, RawValue: []byte{0, 1}}
	steps := []struct {
		name string
		do   func() error
		want string
	}{
		{"update none", func() error { return s.UpdateSecret(ctx, in) }, "not found"},
		{"create", func() error { return s.CreateSecret(ctx, in) }, ""},
		{"create again", func() error { return s.CreateSecret(ctx, in) }, "exists already"},
		{"update", func() error { return s.UpdateSecret(ctx, api.Secret{Name: "key", Namespace: ns, Value: "new"}) }, ""},
		{"no value", func() error { return s.CreateSecret(ctx, api.Secret{Name: "k", Namespace: ns}) }, "is required"},
		{"bad name", func() error { return s.CreateSecret(ctx, api.Secret{Name: "../k", Namespace: ns, Value: "v"}) }, "must be lower case"},
		{"too large", func() error {
			return s.CreateSecret(ctx, api.Secret{Name: "k", Namespace: ns, RawValue: make([]byte, 1<<20)})
		}, "1 MiB"},
		{"a secret that is not the gateway's", func() error { return s.UpdateSecret(ctx, api.Secret{Name: "foreign", Namespace: ns, Value: "v"}) }, "not found"},
		{"nor to delete", func() error { return s.DeleteSecret(ctx, ns, "foreign") }, "not found"},
		{"list", func() error {
			list, err := s.Secrets(ctx, ns)
			if err == nil && (len(list) != 1 || list[0].Name != "key" || list[0].Value != "" || list[0].RawValue != nil) {
				t.Errorf("Secrets() = %+v, want the name of key only", list)
			}
			return err
		}, ""},
		{"delete", func() error { return s.DeleteSecret(ctx, ns, "key") }, ""},
		{"delete again", func() error { return s.DeleteSecret(ctx, ns, "key") }, "not found"},
	}
	for _, step := range steps { // in this order
		checkError(t, step.name, step.do(), step.want)
	}
}

func checkError(t *testing.T, name string, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("%s: %v", name, err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("%s: %v, want %q in it", name, err, want)
	}
}
