package kube

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"

	"github.com/labbox/labbox/internal/lab"
)

var _ lab.ObjectFollower = (*Cluster)(nil)

// List implements lab.ObjectFollower.
func (c *Cluster) List(ctx context.Context, q lab.ObjectQuery) ([]map[string]any, error) {
	target, err := c.queried(q)
	if meta.IsNoMatchError(err) {
		return []map[string]any{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", q.Kind, err)
	}
	list, err := target.List(ctx, listOptions(q))
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", q.Kind, err)
	}
	return newObjectSet(list).list(), nil
}

// Follow implements lab.ObjectFollower. A watch that ends is begun again from a list, so
// that nothing is missed.
func (c *Cluster) Follow(ctx context.Context, q lab.ObjectQuery, changed func([]map[string]any, error)) {
	for {
		target, err := c.queried(q)
		switch {
		case meta.IsNoMatchError(err): // its definition may come
			changed([]map[string]any{}, nil)
		case err == nil:
			err = followOnce(ctx, target, q, changed)
		}
		if ctx.Err() != nil {
			return
		}
		again := pollEvery * 4
		switch {
		case meta.IsNoMatchError(err):
			again = pollEvery * 20 // each look asks the API for all its kinds
		case err != nil:
			changed(nil, fmt.Errorf("follow %s: %w", q.Kind, err))
		}
		if pause(ctx, again) != nil {
			return
		}
	}
}

// followOnce lists, then follows one watch until it ends; that it does is no error.
func followOnce(ctx context.Context, target dynamic.ResourceInterface, q lab.ObjectQuery, changed func([]map[string]any, error)) error {
	options := listOptions(q)
	list, err := target.List(ctx, options)
	if err != nil {
		return err
	}
	set := newObjectSet(list)
	changed(set.list(), nil)
	options.ResourceVersion = list.GetResourceVersion()
	events, err := target.Watch(ctx, options)
	if err != nil {
		return err
	}
	defer events.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case event, open := <-events.ResultChan():
			if !open {
				return nil
			}
			object, ok := event.Object.(*unstructured.Unstructured)
			if event.Type == watch.Error || !ok {
				err := apierrors.FromObject(event.Object)
				if apierrors.IsResourceExpired(err) || apierrors.IsGone(err) {
					return nil
				}
				return err
			}
			set.apply(event.Type, object)
			changed(set.list(), nil)
		}
	}
}

func listOptions(q lab.ObjectQuery) metav1.ListOptions {
	options := metav1.ListOptions{LabelSelector: q.Selector}
	if q.Name != "" {
		options.FieldSelector = fields.OneTermEqualSelector("metadata.name", q.Name).String()
	}
	return options
}

// queried finds the API endpoint of a query: of all namespaces where it names none.
func (c *Cluster) queried(q lab.ObjectQuery) (dynamic.ResourceInterface, error) {
	if q.Namespace != "" {
		return c.resource(q.APIVersion, q.Kind, q.Namespace)
	}
	mapping, err := c.mapping(q.APIVersion, q.Kind)
	if err != nil {
		return nil, err
	}
	return c.clients.dynamic.Resource(mapping.Resource), nil
}

// objectSet is what a watch has shown so far.
type objectSet map[string]map[string]any

func newObjectSet(list *unstructured.UnstructuredList) objectSet {
	set := objectSet{}
	for i := range list.Items {
		set.apply(watch.Added, &list.Items[i])
	}
	return set
}

func (s objectSet) apply(what watch.EventType, object *unstructured.Unstructured) {
	key := object.GetNamespace() + "/" + object.GetName()
	switch what {
	case watch.Deleted:
		delete(s, key)
	case watch.Added, watch.Modified:
		object.SetManagedFields(nil) // large, and of use to nobody here
		s[key] = object.Object
	}
}

// list returns the objects by namespace and name.
func (s objectSet) list() []map[string]any {
	out := make([]map[string]any, 0, len(s))
	for _, key := range slices.SortedFunc(maps.Keys(s), cmp.Compare[string]) {
		out = append(out, s[key])
	}
	return out
}
