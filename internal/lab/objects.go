package lab

import "context"

// ObjectRef names one object of the cluster.
type ObjectRef struct {
	APIVersion string `json:"apiVersion"` // "apps/v1"
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace,omitempty"`
	Name       string `json:"name"`
}

// Objects reads and writes Kubernetes objects as JSON, for rooms that work with
// the cluster without knowing its client library.
type Objects interface {
	// Apply applies a multi-document YAML or JSON manifest server-side.
	Apply(ctx context.Context, manifest []byte) error
	// Get returns the object as JSON; an Error with CodeNotFound when absent.
	Get(ctx context.Context, ref ObjectRef) ([]byte, error)
	// Delete removes the object and what it owns; absent is no error.
	Delete(ctx context.Context, ref ObjectRef) error
	// Wait watches the object until done says true or fails, or ctx is done. done
	// gets nil while the object does not exist.
	Wait(ctx context.Context, ref ObjectRef, done func(object []byte) (bool, error)) error
}
