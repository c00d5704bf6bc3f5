package labtest

import (
	"context"
	"sync"

	"github.com/labbox/labbox/internal/lab"
)

// Objects is a lab.Objects in memory. Its zero value is ready for use. Apply only
// records the manifest, for it does not read YAML; tests place objects with Set.
type Objects struct {
	// Err, when set, is what Apply, Get and Delete return.
	Err error

	mu      sync.Mutex
	objects map[lab.ObjectRef][]byte
	applied [][]byte
	changed chan struct{}
}

var _ lab.Objects = (*Objects)(nil)

// Set places or replaces an object and wakes whoever waits.
func (o *Objects) Set(ref lab.ObjectRef, object []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.objects == nil {
		o.objects = map[lab.ObjectRef][]byte{}
	}
	if object == nil {
		delete(o.objects, ref)
	} else {
		o.objects[ref] = object
	}
	if o.changed != nil {
		close(o.changed)
	}
	o.changed = make(chan struct{})
}

// Applied returns the manifests given to Apply, in order.
func (o *Objects) Applied() [][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([][]byte{}, o.applied...)
}

// Apply records manifest.
func (o *Objects) Apply(_ context.Context, manifest []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.Err == nil {
		o.applied = append(o.applied, manifest)
	}
	return o.Err
}

// Get returns the object; an Error with CodeNotFound when absent.
func (o *Objects) Get(_ context.Context, ref lab.ObjectRef) ([]byte, error) {
	object, _ := o.look(ref)
	if o.Err != nil {
		return nil, o.Err
	}
	if object == nil {
		return nil, lab.Errorf(lab.CodeNotFound, "", "no %s %s/%s", ref.Kind, ref.Namespace, ref.Name)
	}
	return object, nil
}

// Delete removes the object.
func (o *Objects) Delete(_ context.Context, ref lab.ObjectRef) error {
	if o.Err != nil {
		return o.Err
	}
	o.Set(ref, nil)
	return nil
}

// Wait calls done at once and after every change until it says true or fails.
func (o *Objects) Wait(ctx context.Context, ref lab.ObjectRef, done func(object []byte) (bool, error)) error {
	for {
		object, changed := o.look(ref)
		if ok, err := done(object); ok || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (o *Objects) look(ref lab.ObjectRef) ([]byte, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.changed == nil {
		o.changed = make(chan struct{})
	}
	return o.objects[ref], o.changed
}
