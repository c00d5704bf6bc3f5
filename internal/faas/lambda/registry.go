package lambda

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
)

// registry is the functions, in memory for reading and in the cluster for good. This
// process is the only one that writes them.
type registry struct {
	cluster *cluster

	write sync.Mutex // one change at a time

	mu        sync.RWMutex
	functions map[string]*Function
}

func newRegistry(c *cluster) *registry {
	return &registry{cluster: c, functions: map[string]*Function{}}
}

func (r *registry) load(ctx context.Context) error {
	list, err := r.cluster.functions(ctx)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.functions = map[string]*Function{}
	for _, f := range list {
		r.functions[f.Name] = f
	}
	return nil
}

// get returns a function, or ResourceNotFoundException.
func (r *registry) get(name string) (*Function, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if f := r.functions[name]; f != nil {
		return f, nil
	}
	return nil, notFound("Function not found: %s", arn(name, ""))
}

// list returns all functions by name.
func (r *registry) list() []*Function {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := make([]*Function, 0, len(r.functions))
	for _, f := range r.functions {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b *Function) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// create stores a new function, or fails with ResourceConflictException.
func (r *registry) create(ctx context.Context, f *Function) error {
	r.write.Lock()
	defer r.write.Unlock()
	if _, err := r.get(f.Name); err == nil {
		return conflict("Function already exist: %s", f.Name)
	}
	if err := r.cluster.save(ctx, f); err != nil {
		return err
	}
	r.put(f.Name, f)
	return nil
}

// change applies do to a copy of a function, stores it and returns it.
func (r *registry) change(ctx context.Context, name string, do func(*Function) error) (*Function, error) {
	r.write.Lock()
	defer r.write.Unlock()
	have, err := r.get(name)
	if err != nil {
		return nil, err
	}
	next, err := have.clone()
	if err != nil {
		return nil, err
	}
	if err := do(next); err != nil {
		return nil, err
	}
	if err := r.cluster.save(ctx, next); err != nil {
		return nil, err
	}
	r.put(name, next)
	return next, nil
}

// remove forgets a function and deletes all that it has in the cluster.
func (r *registry) remove(ctx context.Context, name string) error {
	r.write.Lock()
	defer r.write.Unlock()
	f, err := r.get(name)
	if err != nil {
		return err
	}
	for _, v := range f.versions() {
		if err := r.cluster.undeploy(ctx, v.Deployment); err != nil {
			return err
		}
	}
	if err := r.cluster.forget(ctx, f); err != nil {
		return err
	}
	r.put(name, nil)
	return nil
}

func (r *registry) put(name string, f *Function) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f == nil {
		delete(r.functions, name)
		return
	}
	r.functions[name] = f
}

func (f *Function) clone() (*Function, error) {
	text, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("copy function %s: %w", f.Name, err)
	}
	var out Function
	if err := json.Unmarshal(text, &out); err != nil {
		return nil, fmt.Errorf("copy function %s: %w", f.Name, err)
	}
	return &out, nil
}
