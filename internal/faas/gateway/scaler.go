package gateway

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

// ErrNoEndpoint: the function exists, but no replica became ready, or none became
// free, in time.
var ErrNoEndpoint = errors.New("no endpoints available")

// settle is how long a call waits for the table to learn that all the replicas it
// knows of are gone, before it tries them again.
const settle = 2 * time.Second

// waker is what the scaler changes in the cluster.
type waker interface {
	Wake(ctx context.Context, key store.Key) error
}

// scaler finds a replica for a call, and starts one where there is none. However
// many calls wait for a function, one flight wakes it.
//
//	Lease ─ replica free? ─── yes ──► lease
//	   └─ no ─► queue ─ none ready ─► flight: Wake once, watch the table ─┐
//	              └──── all busy ──► pressed: the autoscaler hears of it ─┴─► first come first
type scaler struct {
	waker   waker
	table   *store.Table
	metrics *metrics
	timeout time.Duration
	enabled bool
	pressed func(store.Key) // must not block

	mu      sync.Mutex
	flights map[store.Key]*flight
}

type flight struct {
	done chan struct{}
	err  error // valid once done is closed
}

// ended returns a channel that is closed when the flight is over; nil for no flight.
func (f *flight) ended() <-chan struct{} {
	if f == nil {
		return nil
	}
	return f.done
}

func newScaler(w waker, table *store.Table, m *metrics, c Config) *scaler {
	return &scaler{
		waker: w, table: table, metrics: m, timeout: c.WakeTimeout, enabled: c.ScaleFromZero,
		pressed: func(store.Key) {}, flights: map[store.Key]*flight{},
	}
}

// Lease returns a lease of a ready replica that has a call to spare, for the caller to
// release. Addresses in tried are left out until all have been tried for a while; then
// it is cleared. It fails with store.ErrNotFound, ErrNoEndpoint, ctx's error or that
// of the cluster.
func (s *scaler) Lease(ctx context.Context, key store.Key, tried map[string]bool) (*store.Lease, error) {
	if lease, ok := s.table.Acquire(key, tried); ok {
		return lease, nil
	}
	end := time.NewTimer(s.timeout)
	defer end.Stop()
	for {
		lease, err := s.wait(ctx, key, tried, end.C)
		if lease != nil || err != nil {
			return lease, err
		}
	}
}

// wait stands in the queue for a lease. It returns nothing when some of what was tried
// may be tried again.
func (s *scaler) wait(ctx context.Context, key store.Key, tried map[string]bool, end <-chan time.Time) (*store.Lease, error) {
	ticket := s.table.Queue(key, tried)
	defer ticket.Leave()
	var again <-chan time.Time
	if len(tried) > 0 {
		timer := time.NewTimer(settle)
		defer timer.Stop()
		again = timer.C
	}
	for {
		changed := s.table.Changed(key)
		f, ok := s.table.Lookup(key)
		if !ok {
			return nil, fmt.Errorf("function %s: %w", key, store.ErrNotFound)
		}
		var wake *flight
		s.pressed(key)
		if len(s.table.Addresses(key)) == 0 {
			if f.Replicas == 0 && !s.enabled {
				return nil, fmt.Errorf("function %s is at zero replicas: %w", key, ErrNoEndpoint)
			}
			wake = s.join(ctx, key)
		}
		select {
		case lease := <-ticket.Lease():
			return lease, nil
		case <-wake.ended():
			if wake.err != nil {
				return nil, wake.err
			}
		case <-changed:
			if gone := absent(tried, s.table.Addresses(key)); len(gone) > 0 {
				ticket.Leave()
				for _, address := range gone { // one that comes back is a new pod
					delete(tried, address)
				}
				return nil, nil
			}
		case <-again:
			ticket.Leave()
			clear(tried)
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-end:
			return nil, fmt.Errorf("function %s has no free replica after %s: %w", key, s.timeout, ErrNoEndpoint)
		}
	}
}

// absent returns what of tried is not among addresses.
func absent(tried map[string]bool, addresses []string) (gone []string) {
	for address := range tried {
		if !slices.Contains(addresses, address) {
			gone = append(gone, address)
		}
	}
	return gone
}

// join returns the running flight of key, or starts one. The flight outlives the
// caller that started it: others wait for it.
func (s *scaler) join(ctx context.Context, key store.Key) *flight {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.flights[key]; f != nil {
		return f
	}
	f := &flight{done: make(chan struct{})}
	s.flights[key] = f
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
		defer cancel()
		f.err = s.fly(ctx, key)
		s.mu.Lock()
		delete(s.flights, key)
		s.mu.Unlock()
		close(f.done)
	}()
	return f
}

// fly returns when key has a ready replica, is gone, or ctx is done.
func (s *scaler) fly(ctx context.Context, key store.Key) error {
	start := time.Now()
	woken := false
	for {
		changed := s.table.Changed(key)
		if len(s.table.Addresses(key)) > 0 {
			if woken {
				s.metrics.coldStart.WithLabelValues(key.String()).Observe(time.Since(start).Seconds())
			}
			return nil
		}
		f, ok := s.table.Lookup(key)
		switch {
		case !ok:
			return fmt.Errorf("function %s: %w", key, store.ErrNotFound)
		case f.Replicas == 0: // again, if it was put to zero while we looked
			if err := s.waker.Wake(ctx, key); err != nil {
				return fmt.Errorf("wake function %s: %w", key, err)
			}
			woken = true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("function %s has no ready replica after %s: %w", key, s.timeout, ErrNoEndpoint)
		}
	}
}
