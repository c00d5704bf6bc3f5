package store

import (
	"slices"
	"sync"

	"github.com/labbox/labbox/internal/faas/api"
)

// Function is what routing a call needs to know.
type Function struct {
	Labels      map[string]string
	Annotations map[string]string
	// Replicas is the number asked for, Ready the number that answers.
	Replicas, Ready int32
}

// Table is the live picture of functions, of the addresses of their ready pods, and
// of the calls that those have. It is safe for concurrent use; reading takes no lock
// that a writer holds long.
//
//	watch Deployments ────► SetFunction ─┐
//	watch EndpointSlices ─► setSlice ────┼► Lookup, Acquire, Queue, Changed ◄─ calls
//	watch Pods ───────────► setPod ──────┘
type Table struct {
	mu      sync.RWMutex // before an entry's
	entries map[Key]*entry
}

// entry is one function. Its fields are guarded by mu.
type entry struct {
	mu       sync.Mutex
	function *Function // nil: no such Deployment (yet)
	slices   map[string][]string
	pods     map[string]*podView
	replicas map[string]*replica // ready, or with calls that still run
	ready    []*replica          // by address
	limit    int                 // calls a replica has at a time; 0: no bound
	next     int                 // where the search among equals goes on
	waiting  []*Ticket           // first come first
	changed  chan struct{}       // closed when addresses or function change
}

// NewTable returns an empty Table.
func NewTable() *Table { return &Table{entries: map[Key]*entry{}} }

// Lookup returns the function, if there is one.
func (t *Table) Lookup(key Key) (f Function, ok bool) {
	t.read(key, func(e *entry) {
		if e.function != nil {
			f, ok = *e.function, true
		}
	})
	return f, ok
}

// Addresses returns the "host:port" of every ready pod.
func (t *Table) Addresses(key Key) []string {
	var out []string
	t.read(key, func(e *entry) {
		for _, r := range e.ready {
			out = append(out, r.address)
		}
	})
	return out
}

// Changed returns a channel that is closed at the next change of the function. Take
// it before looking, so that no change is missed.
func (t *Table) Changed(key Key) (changed <-chan struct{}) {
	t.write(key, func(e *entry) { changed = e.changed })
	return changed
}

// Each calls f for every function until f returns false. f must not use the Table.
func (t *Table) Each(f func(Key, Function) bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for key, e := range t.entries {
		e.mu.Lock()
		function := e.function
		e.mu.Unlock()
		if function != nil && !f(key, *function) {
			return
		}
	}
}

// read calls f with key's entry if there is one.
func (t *Table) read(key Key, f func(*entry)) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if e := t.entries[key]; e != nil {
		e.mu.Lock()
		defer e.mu.Unlock()
		f(e)
	}
}

// write calls f with key's entry, a new one if need be.
func (t *Table) write(key Key, f func(*entry)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.entries[key]
	if e == nil {
		e = &entry{slices: map[string][]string{}, pods: map[string]*podView{}, replicas: map[string]*replica{}, changed: make(chan struct{})}
		t.entries[key] = e
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	f(e)
}

// SetFunction records a Deployment; nil when it is gone.
func (t *Table) SetFunction(key Key, f *Function) {
	t.write(key, func(e *entry) {
		e.function, e.limit = f, 0
		if f != nil {
			e.limit, _ = api.MaxInflight(f.Annotations)
		}
		e.grant()
		t.notify(key, e)
	})
}

// setSlice records the ready addresses of one EndpointSlice; nil when it is gone.
func (t *Table) setSlice(key Key, slice string, addresses []string) {
	t.write(key, func(e *entry) {
		if addresses == nil {
			delete(e.slices, slice)
		} else {
			e.slices[slice] = addresses
		}
		t.refresh(key, e)
	})
}

// setPod records what Kubernetes says of a pod; nil when it is gone.
func (t *Table) setPod(key Key, name string, view *podView) {
	t.write(key, func(e *entry) {
		switch have := e.pods[name]; {
		case view == nil && have != nil:
			have.standing, have.gone, have.early = leaving, true, false
		case view == nil:
		case have == nil:
			e.pods[name] = view
		default:
			if have.standing != starting && view.standing == starting {
				view.standing = leaving // once ready, it starts no more
			}
			view.early = have.early && view.standing != leaving
			e.pods[name] = view
		}
		t.refresh(key, e)
	})
}

// setEarly lets a starting pod have calls, or leaves it to the EndpointSlices again.
func (t *Table) setEarly(key Key, name string, early bool) {
	t.write(key, func(e *entry) {
		if p := e.pods[name]; p != nil && p.standing != leaving {
			p.early = early
		}
		t.refresh(key, e)
	})
}

// refresh works out which replicas are ready: those of the EndpointSlices and those
// that are early, but for those of which their pod says otherwise.
func (t *Table) refresh(key Key, e *entry) {
	var all []string
	for _, some := range e.slices {
		all = append(all, some...)
	}
	for name, p := range e.pods {
		listed := slices.Contains(all, p.address)
		switch {
		case p.gone && !listed:
			delete(e.pods, name)
		case listed && p.standing == leaving:
			all = slices.DeleteFunc(all, func(a string) bool { return a == p.address })
		case listed:
			p.early = false
		case p.early:
			all = append(all, p.address)
		}
	}
	slices.Sort(all)
	e.setReady(slices.Compact(all))
	e.grant()
	t.notify(key, e)
}

// notify wakes who waits for key and forgets entries that hold nothing.
func (t *Table) notify(key Key, e *entry) {
	close(e.changed)
	e.changed = make(chan struct{})
	if e.function == nil && len(e.slices) == 0 && len(e.pods) == 0 && len(e.waiting) == 0 {
		delete(t.entries, key)
	}
}
