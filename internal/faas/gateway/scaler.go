package gateway

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

// errNoEndpoint: the function exists, but no replica became ready in time.
var errNoEndpoint = errors.New("no endpoints available")

// waker is what the scaler changes in the cluster.
type waker interface {
	Wake(ctx context.Context, key store.Key) error
}

// scaler finds a replica for a call, and starts one where there is none. However
// many calls wait for a function, one flight wakes it.
//
//	Await ─ replica ready? ── yes ──► address
//	   └─── no ─► flight: Wake once, watch the table ─► all waiters go on
type scaler struct {
	waker   waker
	table   *store.Table
	metrics *metrics
	timeout time.Duration
	enabled bool

	mu      sync.Mutex
	flights map[store.Key]*flight
}

type flight struct {
	done chan struct{}
	err  error // valid once done is closed
}

func newScaler(w waker, table *store.Table, m *metrics, c Config) *scaler {
	return &scaler{
		waker: w, table: table, metrics: m, timeout: c.WakeTimeout, enabled: c.ScaleFromZero,
		flights: map[store.Key]*flight{},
	}
}

// Await returns the address of a ready replica, each in turn. It fails with
// store.ErrNotFound, errNoEndpoint, ctx's error or that of the cluster.
func (s *scaler) Await(ctx context.Context, key store.Key) (string, error) {
	for {
		if address, ok := s.table.Pick(key); ok {
			return address, nil
		}
		f, ok := s.table.Lookup(key)
		if !ok {
			return "", fmt.Errorf("function %s: %w", key, store.ErrNotFound)
		}
		if f.Replicas == 0 && !s.enabled {
			return "", fmt.Errorf("function %s is at zero replicas: %w", key, errNoEndpoint)
		}
		flight := s.join(ctx, key)
		select {
		case <-flight.done:
			if flight.err != nil {
				return "", flight.err
			}
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
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
		if _, ok := s.table.Pick(key); ok {
			if woken {
				s.metrics.coldStart.WithLabelValues(key.String()).Observe(time.Since(start).Seconds())
			}
			return nil
		}
		f, ok := s.table.Lookup(key)
		switch {
		case !ok:
			return fmt.Errorf("function %s: %w", key, store.ErrNotFound)
		case f.Replicas == 0 && !woken:
			if err := s.waker.Wake(ctx, key); err != nil {
				return fmt.Errorf("wake function %s: %w", key, err)
			}
			woken = true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("function %s has no ready replica after %s: %w", key, s.timeout, errNoEndpoint)
		}
	}
}
