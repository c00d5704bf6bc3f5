package helm

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/labbox/labbox/internal/lab"
)

const (
	fieldManager = "labbox"
	// hashAnnotation on a CRD is the sha256 of the document it was made from, so that
	// a second "labbox up" does not send a megabyte again.
	hashAnnotation = "labbox.dev/sha256"
)

// ensureNamespace makes the namespace, or labels the one there is.
func (c *cluster) ensureNamespace(ctx context.Context, name string, confined bool) error {
	labels := map[string]any{"app.kubernetes.io/part-of": "labbox", "labbox.dev/managed": "true"}
	if confined {
		// Kubernetes itself refuses pods that would reach the machine.
		labels["pod-security.kubernetes.io/enforce"] = "baseline"
	}
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Namespace",
		"metadata": map[string]any{"name": name, "labels": labels},
	}}
	resource := c.dynamic.Resource(schema.GroupVersionResource{Version: "v1", Resource: "namespaces"})
	if _, err := resource.Apply(ctx, name, object, applyOptions()); err != nil {
		return fmt.Errorf("make namespace %s: %w", name, err)
	}
	return nil
}

// applyCRDs applies the definitions server-side and waits until the API serves
// them. It says whether any differed from what was there.
func (c *cluster) applyCRDs(ctx context.Context, manifests [][]byte) (bool, error) {
	resource := c.dynamic.Resource(schema.GroupVersionResource{
		Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	objects, err := decodeCRDs(manifests)
	if err != nil {
		return false, err
	}
	var changed []string
	for _, object := range objects {
		name, hash := object.GetName(), object.GetAnnotations()[hashAnnotation]
		old, err := resource.Get(ctx, name, metav1.GetOptions{})
		if err == nil && old.GetAnnotations()[hashAnnotation] == hash {
			continue
		}
		if err != nil && !apierrors.IsNotFound(err) {
			return false, fmt.Errorf("read definition %s: %w", name, err)
		}
		if _, err := resource.Apply(ctx, name, object, applyOptions()); err != nil {
			return false, fmt.Errorf("apply definition %s: %w", name, err)
		}
		changed = append(changed, name)
	}
	for _, name := range changed {
		err := wait.PollUntilContextCancel(ctx, poll/3, true, func(ctx context.Context) (bool, error) {
			object, err := resource.Get(ctx, name, metav1.GetOptions{})
			return err == nil && established(object), err
		})
		if err != nil {
			return false, fmt.Errorf("wait until the API serves %s: %w", name, err)
		}
	}
	return len(changed) > 0, nil
}

// decodeCRDs splits manifests into their documents and notes the hash of each.
func decodeCRDs(manifests [][]byte) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	for _, manifest := range manifests {
		decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(manifest), 4096)
		for {
			var raw json.RawMessage
			err := decoder.Decode(&raw)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("read definition: %w", err)
			}
			if len(raw) == 0 || string(raw) == "null" {
				continue
			}
			object := &unstructured.Unstructured{}
			if err := object.UnmarshalJSON(raw); err != nil {
				return nil, fmt.Errorf("read definition: %w", err)
			}
			if kind := object.GetKind(); kind != "CustomResourceDefinition" {
				return nil, lab.Errorf(lab.CodeInternal, "", "%s %s among the definitions of a chart", kind, object.GetName())
			}
			hash := sha256.Sum256(raw)
			annotations := object.GetAnnotations()
			if annotations == nil {
				annotations = map[string]string{}
			}
			annotations[hashAnnotation] = hex.EncodeToString(hash[:])
			object.SetAnnotations(annotations)
			objects = append(objects, object)
		}
	}
	return objects, nil
}

func established(crd *unstructured.Unstructured) bool {
	conditions, _, _ := unstructured.NestedSlice(crd.Object, "status", "conditions")
	for _, c := range conditions {
		if m, ok := c.(map[string]any); ok && m["type"] == "Established" && m["status"] == "True" {
			return true
		}
	}
	return false
}

func applyOptions() metav1.ApplyOptions {
	return metav1.ApplyOptions{FieldManager: fieldManager, Force: true}
}
