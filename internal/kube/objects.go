package kube

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"

	"github.com/labbox/labbox/internal/lab"
)

const fieldManager = "labbox"

// Apply applies every document of the manifest server-side, in order. Fields that
// others own are taken over.
func (c *Cluster) Apply(ctx context.Context, manifest []byte) error {
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(manifest), 4096)
	for {
		var raw map[string]any
		err := decoder.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("apply: read the manifest: %w", err)
		}
		if len(raw) == 0 {
			continue
		}
		object := &unstructured.Unstructured{Object: raw}
		if err := c.applyOne(ctx, object); err != nil {
			return fmt.Errorf("apply %s %s: %w", object.GetKind(), object.GetName(), err)
		}
	}
}

func (c *Cluster) applyOne(ctx context.Context, object *unstructured.Unstructured) error {
	target, err := c.resource(object.GetAPIVersion(), object.GetKind(), object.GetNamespace())
	if err != nil {
		return err
	}
	object.SetManagedFields(nil)
	body, err := json.Marshal(object)
	if err != nil {
		return err
	}
	force := true
	_, err = target.Patch(ctx, object.GetName(), types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: fieldManager, Force: &force})
	return err
}

// Get returns the object as JSON; an Error with CodeNotFound when it is absent.
func (c *Cluster) Get(ctx context.Context, ref lab.ObjectRef) ([]byte, error) {
	target, err := c.resource(ref.APIVersion, ref.Kind, ref.Namespace)
	if err != nil {
		return nil, fmt.Errorf("get %s %s: %w", ref.Kind, ref.Name, err)
	}
	object, err := target.Get(ctx, ref.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, lab.Errorf(lab.CodeNotFound, "", "get %s %s: %w", ref.Kind, ref.Name, err)
	}
	if err != nil {
		return nil, fmt.Errorf("get %s %s: %w", ref.Kind, ref.Name, err)
	}
	return object.MarshalJSON()
}

// Delete removes the object and, in the background, what it owns.
func (c *Cluster) Delete(ctx context.Context, ref lab.ObjectRef) error {
	target, err := c.resource(ref.APIVersion, ref.Kind, ref.Namespace)
	if meta.IsNoMatchError(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("delete %s %s: %w", ref.Kind, ref.Name, err)
	}
	policy := metav1.DeletePropagationBackground
	err = target.Delete(ctx, ref.Name, metav1.DeleteOptions{PropagationPolicy: &policy})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete %s %s: %w", ref.Kind, ref.Name, err)
	}
	return nil
}

// Wait watches the object until done says so. A watch that ends is begun again.
func (c *Cluster) Wait(ctx context.Context, ref lab.ObjectRef, done func(object []byte) (bool, error)) error {
	for {
		finished, err := c.waitOnce(ctx, ref, done)
		if finished || ctx.Err() != nil {
			if err == nil && !finished {
				err = ctx.Err()
			}
			if err != nil {
				return fmt.Errorf("wait for %s %s: %w", ref.Kind, ref.Name, err)
			}
			return nil
		}
		// The API or the kind is not there yet, or the watch broke: look again.
		if pause(ctx, pollEvery*4) != nil {
			return fmt.Errorf("wait for %s %s: %w", ref.Kind, ref.Name, errors.Join(ctx.Err(), err))
		}
	}
}

// waitOnce looks at the object, then follows one watch. Finished means that done
// has decided; any other error is worth another try.
func (c *Cluster) waitOnce(ctx context.Context, ref lab.ObjectRef, done func(object []byte) (bool, error)) (finished bool, err error) {
	target, err := c.resource(ref.APIVersion, ref.Kind, ref.Namespace)
	if err != nil {
		return false, err
	}
	only := fields.OneTermEqualSelector("metadata.name", ref.Name).String()
	list, err := target.List(ctx, metav1.ListOptions{FieldSelector: only})
	if err != nil {
		return false, err
	}
	var now *unstructured.Unstructured
	if len(list.Items) > 0 {
		now = &list.Items[0]
	}
	if finished, err := decide(now, done); finished || err != nil {
		return true, err
	}
	events, err := target.Watch(ctx, metav1.ListOptions{FieldSelector: only, ResourceVersion: list.GetResourceVersion()})
	if err != nil {
		return false, err
	}
	defer events.Stop()
	for event := range events.ResultChan() {
		object, ok := event.Object.(*unstructured.Unstructured)
		if event.Type == watch.Error || !ok {
			return false, apierrors.FromObject(event.Object)
		}
		if event.Type == watch.Deleted {
			object = nil
		}
		if finished, err := decide(object, done); finished || err != nil {
			return true, err
		}
	}
	return false, nil
}

func decide(object *unstructured.Unstructured, done func([]byte) (bool, error)) (bool, error) {
	if object == nil {
		return done(nil)
	}
	text, err := object.MarshalJSON()
	if err != nil {
		return false, err
	}
	return done(text)
}

// resource finds the API endpoint of a kind, in the namespace "default" where none is
// named.
func (c *Cluster) resource(apiVersion, kind, namespace string) (dynamic.ResourceInterface, error) {
	mapping, err := c.mapping(apiVersion, kind)
	if err != nil {
		return nil, err
	}
	target := c.clients.dynamic.Resource(mapping.Resource)
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		if namespace == "" {
			namespace = metav1.NamespaceDefault
		}
		return target.Namespace(namespace), nil
	}
	return target, nil
}

// mapping finds what a kind is called in the API. A kind that is not known is looked
// up once more without the cache: its definition may just have been applied.
func (c *Cluster) mapping(apiVersion, kind string) (*meta.RESTMapping, error) {
	if err := c.connect(); err != nil {
		return nil, err
	}
	version, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		return nil, err
	}
	mapper, err := c.restMapper()
	if err != nil {
		return nil, err
	}
	want := schema.GroupKind{Group: version.Group, Kind: kind}
	mapping, err := mapper.RESTMapping(want, version.Version)
	if meta.IsNoMatchError(err) {
		mapper.Reset()
		mapping, err = mapper.RESTMapping(want, version.Version)
	}
	return mapping, err
}

func (c *Cluster) restMapper() (*restmapper.DeferredDiscoveryRESTMapper, error) {
	c.clients.mu.Lock()
	defer c.clients.mu.Unlock()
	if c.clients.mapper == nil {
		disco, err := discovery.NewDiscoveryClientForConfig(c.clients.config)
		if err != nil {
			return nil, fmt.Errorf("make a discovery client: %w", err)
		}
		c.clients.mapper = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(disco))
	}
	return c.clients.mapper, nil
}
