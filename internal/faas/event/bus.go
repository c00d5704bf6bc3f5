package event

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/labbox/labbox/internal/faas/queue"
	"github.com/labbox/labbox/internal/faas/store"
)

// Functions knows all functions; *store.Table does.
type Functions interface {
	Each(f func(store.Key, store.Function) bool)
}

// Queue makes calls later and at least once; *queue.Queue does.
type Queue interface {
	Enqueue(ctx context.Context, c queue.Call) error
}

// State is a durable map for what sources have seen; *queue.State is one.
type State interface {
	Get(ctx context.Context, key string) ([]byte, error)
	Put(ctx context.Context, key string, value []byte) error
	Delete(ctx context.Context, key string) error
}

// Parts are what every source needs.
type Parts struct {
	Bus   *Bus
	State State
	Log   *slog.Logger
}

// Bus brings events to the functions that subscribe. It is safe for concurrent use.
type Bus struct {
	functions Functions
	queue     Queue
	ring      *Ring
	log       *slog.Logger
	events    *prometheus.CounterVec
}

// NewBus returns a Bus that notes what it does in ring.
func NewBus(f Functions, q Queue, ring *Ring, log *slog.Logger) *Bus {
	return &Bus{functions: f, queue: q, ring: ring, log: log, events: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "labbox_events_total", Help: "Events by topic and what became of them: queued (once for each function), unheard, failed.",
	}, []string{"topic", "result"})}
}

// Collector returns the bus's metrics.
func (b *Bus) Collector() prometheus.Collector { return b.events }

// subscribers returns the functions that want topic.
func (b *Bus) subscribers(topic string) map[store.Key]store.Function {
	out := map[store.Key]store.Function{}
	b.functions.Each(func(key store.Key, f store.Function) bool {
		if subscribed(f, topic) {
			out[key] = f
		}
		return true
	})
	return out
}

// Publish queues a call for each function that subscribes to e's topic. With nil all
// of them are on the disk; after an error the source has to publish e again, which
// reaches a function twice at worst.
func (b *Bus) Publish(ctx context.Context, e Event) error {
	keys := b.subscribers(e.Topic)
	if len(keys) == 0 {
		b.events.WithLabelValues(e.Topic, "unheard").Inc()
		b.ring.add(e, nil, nil)
		return nil
	}
	var faults []error
	for key := range keys {
		faults = append(faults, b.deliver(ctx, e, key))
	}
	return errors.Join(faults...)
}

// deliver queues e for one function.
func (b *Bus) deliver(ctx context.Context, e Event, key store.Key) error {
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	id := e.callID(key)
	b.ring.add(e, &key, nil) // first, for the call may be over when Enqueue returns
	err := b.queue.Enqueue(ctx, queue.Call{
		Key: key, Name: key.String(), ID: id, Method: "POST", Path: "/", Header: e.header(), Body: e.Data, Once: "event-" + id,
	})
	if err != nil {
		b.events.WithLabelValues(e.Topic, "failed").Inc()
		b.ring.add(e, &key, err)
		return fmt.Errorf("deliver %s %s to %s: %w", e.Topic, e.ID, key, err)
	}
	b.events.WithLabelValues(e.Topic, "queued").Inc()
	b.log.Info("event queued", "topic", e.Topic, "id", e.ID, "function", key.String(), "call", id)
	return nil
}
