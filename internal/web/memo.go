package web

import (
	"context"
	"sync"
	"time"
)

// staleFor is how many times its age an answer may be old that is given while a new one
// is on the way.
const staleFor = 5

// memo remembers the last answer of get for a while. Where that is over, the next caller
// has it asked anew; whoever comes meanwhile gets the old answer, if it is not too old,
// and else waits for that one new answer.
type memo[T any] struct {
	age time.Duration
	get func(context.Context) T

	mu    sync.Mutex
	at    time.Time
	value T
	// asking is under way; nil when nothing is. era grows with forget: what was asked in
	// an earlier one is not remembered.
	asking *asking[T]
	era    int
}

// asking is one call of get. Its value and broken are valid once done is closed.
type asking[T any] struct {
	era    int
	done   chan struct{}
	value  T
	broken any // what get panicked with
}

// load returns an answer that is at most staleFor times its age old.
func (m *memo[T]) load(ctx context.Context) T { return m.loadWithin(ctx, staleFor*m.age) }

// fresh returns an answer that is not older than its age, and waits for it.
func (m *memo[T]) fresh(ctx context.Context) T { return m.loadWithin(ctx, 0) }

func (m *memo[T]) loadWithin(ctx context.Context, stale time.Duration) T {
	m.mu.Lock()
	old := time.Since(m.at)
	if old <= m.age {
		defer m.mu.Unlock()
		return m.value
	}
	if m.asking == nil || m.asking.era != m.era {
		m.asking = &asking[T]{era: m.era, done: make(chan struct{})}
		go m.ask(ctx, m.asking)
	}
	now, value := m.asking, m.value
	m.mu.Unlock()
	if old <= stale {
		return value
	}
	<-now.done
	if now.broken != nil {
		panic(now.broken) // as if the caller had asked himself
	}
	return now.value
}

func (m *memo[T]) ask(ctx context.Context, now *asking[T]) {
	// A viewer who leaves must not spoil the answer for the others.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), memoPatience)
	defer cancel()
	defer func() {
		now.broken = recover()
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.asking == now {
			m.asking = nil
		}
		if m.era == now.era && now.broken == nil {
			m.value, m.at = now.value, time.Now()
		}
		close(now.done)
	}()
	now.value = m.get(ctx)
}

// forget makes the next caller ask anew and wait.
func (m *memo[T]) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = time.Time{}
	m.era++
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
