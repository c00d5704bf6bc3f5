package kube

import (
	"context"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// checkFollow: a change of a real object is seen within the time that a lesson has for
// its tick, and a kind that the cluster does not know has no objects.
func checkFollow(ctx context.Context, t *testing.T, c *Cluster) {
	t.Helper()
	const within = 500 * time.Millisecond
	q := lab.ObjectQuery{APIVersion: "v1", Kind: "ConfigMap", Namespace: "default", Name: "followed"}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	seen, ended := make(chan int, 100), make(chan struct{})
	go func() {
		defer close(ended)
		c.Follow(ctx, q, func(list []map[string]any, err error) {
			if err == nil {
				seen <- len(list)
			}
		})
	}()
	await := func(want int) {
		t.Helper()
		for began := time.Now(); ; {
			select {
			case got := <-seen:
				if got == want {
					if took := time.Since(began); took > within {
						t.Errorf("%d objects were seen after %s", want, took)
					}
					return
				}
			case <-time.After(10 * time.Second):
				t.Errorf("%d objects were not seen", want)
				return
			}
		}
	}
	await(0)
	manifest := `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"namespace":"default","name":"followed"},"data":{"a":"b"}}`
	if err := c.Apply(ctx, []byte(manifest)); err != nil {
		t.Error(err)
		return
	}
	await(1)
	if list, err := c.List(ctx, q); err != nil || len(list) != 1 {
		t.Errorf("list %v, %v", list, err)
	}
	if err := c.Delete(ctx, lab.ObjectRef{APIVersion: "v1", Kind: "ConfigMap", Namespace: "default", Name: "followed"}); err != nil {
		t.Error(err)
	}
	await(0)
	if list, err := c.List(ctx, lab.ObjectQuery{APIVersion: "nobody.example/v1", Kind: "Nothing"}); err != nil || len(list) != 0 {
		t.Errorf("an unknown kind: %v, %v", list, err)
	}
	stop()
	<-ended
}
