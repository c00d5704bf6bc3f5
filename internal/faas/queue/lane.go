package queue

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/labbox/labbox/internal/faas/store"
)

// lane is the queue of one function: a slow one holds up nobody but itself.
type lane struct {
	q        *Queue
	key      store.Key
	consumer atomic.Pointer[jetstream.Consumer]
	running  atomic.Int32
	freed    chan struct{}
}

func durable(key store.Key) string { return "fn_" + key.Namespace + "_" + key.Name }

// lane returns the function's, a new one if need be.
func (q *Queue) lane(ctx context.Context, key store.Key) (*lane, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if l := q.lanes[key]; l != nil {
		return l, nil
	}
	l := &lane{q: q, key: key, freed: make(chan struct{}, 1)}
	if err := l.connect(ctx); err != nil {
		return nil, err
	}
	q.lanes[key] = l
	if q.start != nil {
		q.start(l)
	}
	return l, nil
}

func (l *lane) connect(ctx context.Context) error {
	c, err := l.q.broker.calls.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: durable(l.key), FilterSubject: subject("call", l.key, ""),
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: l.q.o.AckWait,
		MaxDeliver: -1, MaxAckPending: 1000, // calls that wait for their next try count
	})
	if err != nil {
		return fmt.Errorf("consumer of %s: %w", l.key, err)
	}
	l.consumer.Store(&c)
	return nil
}

// limit is how many calls of the function may run at once.
func (l *lane) limit() int32 {
	f, _ := l.q.o.Functions.Lookup(l.key)
	if n, err := strconv.ParseInt(f.Annotations[AnnotationConcurrency], 10, 32); err == nil && n > 0 {
		return int32(min(n, 1024))
	}
	return int32(l.q.o.PerFunction) //nolint:gosec // at most 1024
}

// run takes calls until ctx is done and returns when the last has ended; calls are
// made with the context of that name.
func (l *lane) run(ctx, calls context.Context) {
	var workers sync.WaitGroup
	defer workers.Wait()
	for ctx.Err() == nil {
		if l.running.Load() >= l.limit() {
			select {
			case <-l.freed:
			case <-ctx.Done():
			}
			continue
		}
		msg, err := (*l.consumer.Load()).Next(jetstream.FetchContext(ctx))
		if err != nil {
			l.trouble(ctx, err)
			continue
		}
		l.running.Add(1)
		workers.Go(func() {
			l.q.work(calls, msg)
			l.running.Add(-1)
			select {
			case l.freed <- struct{}{}:
			default:
			}
		})
	}
}

// trouble waits before the next look, unless there was just nothing to do.
func (l *lane) trouble(ctx context.Context, err error) {
	if errors.Is(err, jetstream.ErrNoMessages) || errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil ||
		errors.Is(err, errTimeout) {
		return
	}
	l.q.o.Log.Warn("queue: no calls can be taken", "function", l.key.String(), "error", err)
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return
	}
	if errors.Is(err, jetstream.ErrConsumerDeleted) || errors.Is(err, jetstream.ErrConsumerNotFound) {
		if err := l.connect(ctx); err != nil {
			l.q.o.Log.Warn("queue: reconnect", "error", err)
		}
	}
}

// alive tells the queue that the work on msg goes on, until the returned function is
// called.
func (q *Queue) alive(msg jetstream.Msg) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(q.o.AckWait / 3)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_ = msg.InProgress()
			case <-done:
				return
			}
		}
	})
	return func() { close(done); wg.Wait() }
}
