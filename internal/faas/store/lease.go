package store

import (
	"slices"
	"time"
)

// distrust is how long a replica that could not be reached is the last choice.
const distrust = 3 * time.Second

// replica is one pod of a function; the entry's lock guards it.
type replica struct {
	address  string
	pod      uint64
	ready    bool
	inflight int
	distrust time.Time // until then only where there is no other
}

// Lease is the right to have one call at one replica. Release it once.
type Lease struct {
	// Address is the replica's "host:port".
	Address string
	// Pod tells the replica from another one that has had the address before.
	Pod     uint64
	entry   *entry
	replica *replica
}

// Load is what a function has to do at a moment.
type Load struct {
	// Ready replicas, the calls that run at replicas, and the calls that wait for one.
	Ready, Running, Waiting int
}

// Acquire returns a lease of the ready replica with the fewest calls, of equal ones
// each in turn. It fails where there is none, all have as many calls as they may, or
// others wait already; then Queue. Addresses in not are left out.
func (t *Table) Acquire(key Key, not map[string]bool) (lease *Lease, ok bool) {
	t.read(key, func(e *entry) {
		if len(e.waiting) > 0 {
			return
		}
		if r := e.pick(not); r != nil {
			lease, ok = e.lease(r), true
		}
	})
	return lease, ok
}

// Ticket is a place in the queue for a replica.
type Ticket struct {
	entry *entry
	not   map[string]bool
	lease chan *Lease
}

// Queue lines up for a replica. Whoever takes a ticket must Leave in the end.
// Addresses in not are left out; it must not change meanwhile.
func (t *Table) Queue(key Key, not map[string]bool) *Ticket {
	ticket := &Ticket{not: not, lease: make(chan *Lease, 1)}
	t.write(key, func(e *entry) {
		ticket.entry = e
		e.waiting = append(e.waiting, ticket)
		e.grant()
	})
	return ticket
}

// Lease delivers the lease when it is this ticket's turn.
func (k *Ticket) Lease() <-chan *Lease { return k.lease }

// Leave gives up the place. A lease that was not taken goes to the next in line.
func (k *Ticket) Leave() {
	k.entry.mu.Lock()
	if i := slices.Index(k.entry.waiting, k); i >= 0 {
		k.entry.waiting = slices.Delete(k.entry.waiting, i, i+1)
	}
	k.entry.mu.Unlock()
	select {
	case l := <-k.lease:
		l.Release()
	default:
	}
}

// Load returns what the function has to do now.
func (t *Table) Load(key Key) (load Load) {
	t.read(key, func(e *entry) {
		load.Ready, load.Waiting = len(e.ready), len(e.waiting)
		for _, r := range e.replicas {
			load.Running += r.inflight
		}
	})
	return load
}

// Release ends the call. Further calls of it do nothing.
func (l *Lease) Release() {
	if l == nil {
		return
	}
	l.entry.mu.Lock()
	defer l.entry.mu.Unlock()
	r := l.replica
	if r == nil {
		return
	}
	l.replica = nil
	r.inflight--
	if !r.ready && r.inflight == 0 && l.entry.replicas[r.address] == r {
		delete(l.entry.replicas, r.address)
	}
	l.entry.grant()
}

// Unreachable notes, before Release, that the replica took no connection: others go
// first for a while.
func (l *Lease) Unreachable() {
	l.entry.mu.Lock()
	defer l.entry.mu.Unlock()
	if l.replica != nil {
		l.replica.distrust = time.Now().Add(distrust)
	}
}

// setReady makes addresses the ready replicas. A replica that leaves keeps its calls,
// and its count in case it comes back.
func (e *entry) setReady(addresses []string) {
	for _, r := range e.ready {
		r.ready = false
	}
	e.ready = nil
	for _, address := range addresses {
		r := e.replicas[address]
		if r == nil {
			r = &replica{address: address, pod: uint64(time.Now().UnixNano())}
			e.replicas[address] = r
		}
		r.ready = true
		e.ready = append(e.ready, r)
	}
	for address, r := range e.replicas {
		if !r.ready {
			r.distrust = time.Time{} // the next pod of that address is another one
			if r.inflight == 0 {
				delete(e.replicas, address)
			}
		}
	}
}

// pick returns the replica that is to have the next call, nil if none may.
func (e *entry) pick(not map[string]bool) *replica {
	var best *replica
	at, n := 0, len(e.ready)
	trusted := e.trusted(not)
	for i := range n {
		j := (e.next + i) % n
		r := e.ready[j]
		switch {
		case e.limit > 0 && r.inflight >= e.limit, trusted && !r.distrust.IsZero(), not[r.address]:
		case best == nil || r.inflight < best.inflight:
			best, at = r, j
		}
	}
	if best != nil {
		e.next = at + 1
	}
	return best
}

// trusted says whether there is a replica that was not found unreachable, those in not
// apart, and forgets what was found long ago.
func (e *entry) trusted(not map[string]bool) bool {
	any := false
	for _, r := range e.ready {
		if !r.distrust.IsZero() && time.Now().After(r.distrust) {
			r.distrust = time.Time{}
		}
		any = any || r.distrust.IsZero() && !not[r.address]
	}
	return any
}

func (e *entry) lease(r *replica) *Lease {
	r.inflight++
	return &Lease{Address: r.address, Pod: r.pod, entry: e, replica: r}
}

// grant serves the queue as far as replicas are free. One that refuses some of the
// replicas does not hold up the others.
func (e *entry) grant() {
	if len(e.ready) == 0 || len(e.waiting) == 0 {
		return
	}
	left := e.waiting[:0]
	for i, k := range e.waiting {
		r := e.pick(k.not)
		if r != nil {
			k.lease <- e.lease(r)
			continue
		}
		left = append(left, k)
		if len(k.not) == 0 {
			left = append(left, e.waiting[i+1:]...)
			break
		}
	}
	clear(e.waiting[len(left):])
	e.waiting = left
}
