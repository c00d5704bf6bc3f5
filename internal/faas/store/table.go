package store

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Function is what routing a call needs to know.
type Function struct {
	Labels      map[string]string
	Annotations map[string]string
	// Replicas is the number asked for, Ready the number that answers.
	Replicas, Ready int32
}

// Table is the live picture of functions and of the addresses of their ready pods.
// It is safe for concurrent use; reading takes no lock that a writer holds long.
//
//	watch Deployments ────► setFunction ─┐
//	watch EndpointSlices ─► setSlice ────┴► Lookup, Pick, Changed ◄─ calls
type Table struct {
	mu      sync.RWMutex
	entries map[Key]*entry
}

type entry struct {
	function  *Function // nil: no such Deployment (yet)
	slices    map[string][]string
	addresses []string // of all slices, sorted, without doubles
	next      atomic.Uint64
	changed   chan struct{} // closed when addresses or function change
}

// NewTable returns an empty Table.
func NewTable() *Table { return &Table{entries: map[Key]*entry{}} }

// Lookup returns the function, if there is one.
func (t *Table) Lookup(key Key) (Function, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if e := t.entries[key]; e != nil && e.function != nil {
		return *e.function, true
	}
	return Function{}, false
}

// Pick returns the "host:port" of a ready pod, each in turn.
func (t *Table) Pick(key Key) (string, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	e := t.entries[key]
	if e == nil || len(e.addresses) == 0 {
		return "", false
	}
	n := e.next.Add(1) - 1
	return e.addresses[n%uint64(len(e.addresses))], true
}

// Changed returns a channel that is closed at the next change of the function. Take
// it before looking, so that no change is missed.
func (t *Table) Changed(key Key) <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.entry(key).changed
}

// Each calls f for every function until f returns false. f must not use the Table.
func (t *Table) Each(f func(Key, Function) bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for key, e := range t.entries {
		if e.function != nil && !f(key, *e.function) {
			return
		}
	}
}

// entry returns key's entry, a new one if need be. The caller holds the write lock.
func (t *Table) entry(key Key) *entry {
	e := t.entries[key]
	if e == nil {
		e = &entry{slices: map[string][]string{}, changed: make(chan struct{})}
		t.entries[key] = e
	}
	return e
}

// setFunction records a Deployment; nil when it is gone.
func (t *Table) setFunction(key Key, f *Function) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.entry(key)
	e.function = f
	t.notify(key, e)
}

// setSlice records the ready addresses of one EndpointSlice; nil when it is gone.
func (t *Table) setSlice(key Key, slice string, addresses []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.entry(key)
	if addresses == nil {
		delete(e.slices, slice)
	} else {
		e.slices[slice] = addresses
	}
	var all []string
	for _, some := range e.slices {
		all = append(all, some...)
	}
	slices.Sort(all)
	e.addresses = slices.Compact(all)
	t.notify(key, e)
}

// notify wakes who waits for key and forgets entries that hold nothing.
func (t *Table) notify(key Key, e *entry) {
	close(e.changed)
	e.changed = make(chan struct{})
	if e.function == nil && len(e.slices) == 0 {
		delete(t.entries, key)
	}
}
