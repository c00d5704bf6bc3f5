package web

import (
	"context"
	"sync"
	"time"
)

// memo remembers the last answer of get for a while. Callers that come while it is
// being fetched wait for that one answer.
type memo[T any] struct {
	age time.Duration
	get func(context.Context) T

	mu    sync.Mutex
	at    time.Time
	value T
}

func (m *memo[T]) load(ctx context.Context) T {
	m.mu.Lock()
	defer m.mu.Unlock()
	if time.Since(m.at) > m.age {
		// A viewer who leaves must not spoil the answer for the others.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), memoPatience)
		defer cancel()
		m.value, m.at = m.get(ctx), time.Now()
	}
	return m.value
}

// forget makes the next caller ask anew.
func (m *memo[T]) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = time.Time{}
}

// answered is an answer that may be an error; both are remembered.
type answered[T any] struct {
	value T
	err   error
}

// asked remembers the last answer of get, an error too.
func asked[T any](age time.Duration, get func(context.Context) (T, error)) *memo[answered[T]] {
	return &memo[answered[T]]{age: age, get: func(ctx context.Context) answered[T] {
		value, err := get(ctx)
		return answered[T]{value, err}
	}}
}

// cacheSize is how many answers a cache keeps before it drops those that nobody
// asked for lately.
const cacheSize = 256

// cache remembers answers by key as memo does for one. It is safe for concurrent use.
type cache[T any] struct {
	age time.Duration

	mu      sync.Mutex
	entries map[string]*cached[T]
}

type cached[T any] struct {
	memo *memo[answered[T]]
	used time.Time
}

// load returns the answer under key, of get where it is too old. The same key must
// always come with the same get.
func (c *cache[T]) load(ctx context.Context, key string, get func(context.Context) (T, error)) (T, error) {
	c.mu.Lock()
	entry, ok := c.entries[key]
	if !ok {
		c.prune()
		entry = &cached[T]{memo: asked(c.age, get)}
		c.entries[key] = entry
	}
	entry.used = time.Now()
	c.mu.Unlock()
	answer := entry.memo.load(ctx)
	return answer.value, answer.err
}

// prune makes room; c.mu is held.
func (c *cache[T]) prune() {
	if len(c.entries) < cacheSize {
		return
	}
	for key, entry := range c.entries {
		if time.Since(entry.used) > c.age {
			delete(c.entries, key)
		}
	}
}
