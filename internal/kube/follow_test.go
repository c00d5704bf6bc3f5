package kube

import (
	"context"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic/fake"

	"github.com/labbox/labbox/internal/lab"
)

func testConfigMap(name, value string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"namespace": "ns", "name": name, "managedFields": []any{map[string]any{"manager": "x"}}},
		"data":     map[string]any{"value": value}}}
}

// TestFollow: what is there comes at once, then every change; a deletion is one.
func TestFollow(t *testing.T) {
	t.Parallel()
	maps := schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	target := fake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(),
		map[schema.GroupVersionResource]string{maps: "ConfigMapList"}, testConfigMap("b", "1")).Resource(maps).Namespace("ns")
	ctx, stop := context.WithCancel(t.Context())
	seen := make(chan string, 10)
	ended := make(chan error, 1)
	go func() {
		ended <- followOnce(ctx, target, lab.ObjectQuery{Kind: "ConfigMap"}, func(list []map[string]any, err error) {
			var words []string
			for _, one := range list {
				u := unstructured.Unstructured{Object: one}
				value, _, _ := unstructured.NestedString(one, "data", "value")
				words = append(words, u.GetName()+"="+value)
				if len(u.GetManagedFields()) > 0 {
					t.Error("managed fields are handed out")
				}
			}
			seen <- strings.Join(words, " ")
		})
	}()
	await := func(want string) {
		t.Helper()
		select {
		case got := <-seen:
			if got != want {
				t.Fatalf("saw %q, want %q", got, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%q was not seen", want)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	await("b=1")
	// The fake's watch begins after its list; this one may come before the watch does.
	for deadline := time.Now().Add(10 * time.Second); len(seen) == 0; time.Sleep(10 * time.Millisecond) {
		_, err := target.Update(ctx, testConfigMap("b", "2"), metav1.UpdateOptions{})
		must(err)
		if time.Now().After(deadline) {
			t.Fatal("no change was seen")
		}
	}
	await("b=2")
	for len(seen) > 0 {
		await("b=2")
	}
	_, err := target.Create(ctx, testConfigMap("a", "3"), metav1.CreateOptions{})
	must(err)
	got := <-seen
	for got == "b=2" { // of an update above
		got = <-seen
	}
	if got != "a=3 b=2" {
		t.Fatalf("saw %q", got)
	}
	must(target.Delete(ctx, "b", metav1.DeleteOptions{}))
	await("a=3")
	stop()
	must(<-ended)
}

func TestListOptions(t *testing.T) {
	t.Parallel()
	got := listOptions(lab.ObjectQuery{Name: "a", Selector: "app=web"})
	if got.FieldSelector != "metadata.name=a" || got.LabelSelector != "app=web" {
		t.Errorf("%+v", got)
	}
}
