// Package queue makes calls of functions later: it keeps them on the disk, calls,
// tries again what failed, tells callbacks, and lays aside what cannot be done.
//
//	Enqueue ─► CALLS ─► lane of the function ─► Caller ─┬─ answered ──► CALLBACKS ─► X-Callback-Url
//	             ▲                 ▲                    ├─ may pass ──┐ (waits longer each time)
//	             │                 └────────────────────┼─────────────┘
//	             └──────────── replay ◄── DEAD ◄────────┴─ not after the last try
//
// Enqueue returns when the call is on the disk. From then on it reaches the function
// at least once, whatever happens to the process: a call leaves the queue only after
// its function answered and its callback is queued. After a crash it may therefore
// reach the function twice, with the same X-Call-Id.
package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/semaphore"

	"github.com/labbox/labbox/internal/faas/store"
)

// What Enqueue can fail with, beside a disk that does not work.
var (
	// ErrFull: as much is queued as may be.
	ErrFull = errors.New("the queue is full")
	// ErrClosed: the queue is not open yet, or not any more.
	ErrClosed = errors.New("the queue does not take calls now")
)

// Queue is safe for concurrent use.
//
//	Open ─► Enqueue… ─► Run (works until its context ends) ─► Close
type Queue struct {
	o       Options
	broker  *broker
	metrics *metrics
	slots   chan struct{} // one a running call
	client  httpDoer      // for callbacks

	// Bytes of bodies that are read, and that are handed to the server, at a time: what
	// many large calls at once take of the memory is bounded.
	reading, storing *semaphore.Weighted

	mu    sync.Mutex
	lanes map[store.Key]*lane
	start func(*lane) // set while Run runs

	closed atomic.Bool
}

// Open recovers what is queued below o.Dir. Nothing is called before Run.
func Open(ctx context.Context, o Options) (*Queue, error) {
	b, err := openBroker(ctx, o)
	if err != nil {
		return nil, err
	}
	q := &Queue{
		o: o, broker: b, lanes: map[store.Key]*lane{}, slots: make(chan struct{}, o.Workers),
		client:  newCallbackClient(o),
		reading: semaphore.NewWeighted(max(readingBytes, o.MaxBody)), storing: semaphore.NewWeighted(max(storingBytes, o.MaxBody)),
	}
	q.metrics = newMetrics(q)
	if err := q.recover(ctx); err != nil {
		b.close()
		return nil, fmt.Errorf("open the queue: %w", err)
	}
	return q, nil
}

const (
	readingBytes = 24 << 20
	storingBytes = 6 << 20
)

// recover makes the lanes of functions that have calls, and forgets the rest.
func (q *Queue) recover(ctx context.Context) error {
	info, err := q.broker.calls.Info(ctx, jetstream.WithSubjectFilter("call.>"))
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for s := range info.State.Subjects {
		key := keyOf(s)
		used[durable(key)] = true
		if _, err := q.lane(ctx, key); err != nil {
			return err
		}
	}
	names := q.broker.calls.ConsumerNames(ctx)
	var old []string
	for name := range names.Name() {
		if !used[name] && strings.HasPrefix(name, "fn_") {
			old = append(old, name)
		}
	}
	for _, name := range old {
		if err := q.broker.calls.DeleteConsumer(ctx, name); err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
			return err
		}
	}
	return names.Err()
}

// State returns the durable map beside the queue.
func (q *Queue) State() *State { return &State{q.broker.state} }

// Enqueue keeps c; when it returns nil, c is on the disk. It fails with ErrFull or
// ErrClosed, or when the disk does. The function need not exist.
func (q *Queue) Enqueue(ctx context.Context, c Call) error {
	if q.closed.Load() {
		return ErrClosed
	}
	if _, err := q.lane(ctx, c.Key); err != nil {
		return fmt.Errorf("queue a call of %s: %w", c.Key, err)
	}
	if c.Queued.IsZero() {
		c.Queued = time.Now().UTC()
	}
	m, err := message(subject("call", c.Key, c.ID), c, c.Body)
	if err != nil {
		return err
	}
	var options []jetstream.PublishOpt
	if c.Once != "" {
		options = append(options, jetstream.WithMsgID(c.Once))
	}
	if err := q.store(ctx, m, options...); err != nil {
		if full(err) {
			return ErrFull
		}
		return fmt.Errorf("queue a call of %s: %w", c.Key, err)
	}
	q.metrics.queued.WithLabelValues(c.Key.String()).Inc()
	return nil
}

// store puts m into its stream; nil means that it is on the disk.
func (q *Queue) store(ctx context.Context, m *nats.Msg, options ...jetstream.PublishOpt) error {
	size := int64(len(m.Data))
	if err := q.storing.Acquire(ctx, size); err != nil {
		return err
	}
	defer q.storing.Release(size)
	_, err := q.broker.js.PublishMsg(ctx, m, options...)
	return err
}

// full says whether a stream took no more: 10077 is its own limit, 10023 and 10047
// are the server's.
func full(err error) bool {
	var api *jetstream.APIError
	if !errors.As(err, &api) {
		return false
	}
	return api.ErrorCode == 10077 || api.ErrorCode == 10023 || api.ErrorCode == 10047
}

// Cancel takes the calls with that id out of the queue and returns how many there
// were. A try that runs already is not stopped, but it is the last.
func (q *Queue) Cancel(ctx context.Context, id string) (int, error) {
	n := 0
	for races := 0; ; {
		m, err := q.broker.calls.GetLastMsgForSubject(ctx, "call.*.*."+token(id))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return n, nil
		}
		if err != nil {
			return n, fmt.Errorf("cancel call %s: %w", id, err)
		}
		if err := q.broker.calls.DeleteMsg(ctx, m.Sequence); err != nil {
			if races++; races > 3 { // done just now, or else the disk is to blame
				return n, fmt.Errorf("cancel call %s: %w", id, err)
			}
			continue
		}
		n++
		q.metrics.ended.WithLabelValues(keyOf(m.Subject).String(), "cancelled").Inc()
	}
}

// Run calls functions and callbacks until ctx is done. Then nothing new begins;
// running calls have o.Grace to end, and go back to the queue if they do not.
func (q *Queue) Run(ctx context.Context) error {
	calls, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var running sync.WaitGroup
	q.mu.Lock()
	q.start = func(l *lane) { running.Go(func() { l.run(ctx, calls) }) }
	for _, l := range q.lanes {
		q.start(l)
	}
	q.mu.Unlock()
	callbacks, err := q.callbackConsumer(ctx)
	if err == nil {
		running.Go(func() { q.sendCallbacks(ctx, calls, callbacks) })
		<-ctx.Done()
	}
	q.closed.Store(true)
	q.mu.Lock()
	q.start = nil // so that running grows no more
	q.mu.Unlock()
	grace := time.AfterFunc(q.o.Grace, stop)
	defer grace.Stop()
	if err != nil {
		stop()
	}
	running.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// Close ends the queue's server; Run must have returned. What is queued stays.
func (q *Queue) Close() {
	q.closed.Store(true)
	q.broker.close()
}
