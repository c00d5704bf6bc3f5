package queue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/labbox/labbox/internal/faas/store"
)

// Status is the queue at one moment.
type Status struct {
	// Depth counts calls that are queued, wait for their next try or run.
	Depth       uint64           `json:"depth"`
	Running     int              `json:"running"`
	OldestAge   float64          `json:"oldestSeconds"`
	Callbacks   uint64           `json:"callbacks"`
	DeadLetters uint64           `json:"deadLetters"`
	Functions   []FunctionStatus `json:"functions"`
}

// FunctionStatus is one function's part of a Status.
type FunctionStatus struct {
	Key       store.Key `json:"-"`
	Name      string    `json:"name"`
	Namespace string    `json:"namespace"`
	Depth     uint64    `json:"depth"`
	// Running of Depth are at work now; Started were tried at least once.
	Running int `json:"running"`
	Started int `json:"started"`
	// OldestAge is that of the function's oldest call, in seconds.
	OldestAge   float64 `json:"oldestSeconds"`
	DeadLetters uint64  `json:"deadLetters"`
}

// Depth returns how many calls of a function are not done.
func (q *Queue) Depth(ctx context.Context, key store.Key) (uint64, error) {
	q.mu.Lock()
	l := q.lanes[key]
	q.mu.Unlock()
	if l == nil {
		return 0, nil
	}
	info, err := (*l.consumer.Load()).Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("depth of %s: %w", key, err)
	}
	return info.NumPending + uint64(info.NumAckPending), nil //nolint:gosec // never negative
}

// Status looks at all functions that have calls or dead letters.
func (q *Queue) Status(ctx context.Context) (Status, error) {
	s := Status{Functions: []FunctionStatus{}}
	dead, err := q.deadCounts(ctx)
	if err != nil {
		return s, err
	}
	callbacks, err := q.broker.callbacks.Info(ctx)
	if err != nil {
		return s, fmt.Errorf("state of the callbacks: %w", err)
	}
	s.Callbacks = callbacks.State.Msgs
	q.mu.Lock()
	lanes := make([]*lane, 0, len(q.lanes))
	for _, l := range q.lanes {
		lanes = append(lanes, l)
	}
	q.mu.Unlock()
	for _, l := range lanes {
		f, err := l.status(ctx)
		if err != nil {
			return s, err
		}
		f.DeadLetters = dead[l.key]
		delete(dead, l.key)
		s.add(f)
	}
	for key, n := range dead {
		s.add(FunctionStatus{Key: key, Name: key.Name, Namespace: key.Namespace, DeadLetters: n})
	}
	slices.SortFunc(s.Functions, func(a, b FunctionStatus) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return s, nil
}

func (s *Status) add(f FunctionStatus) {
	s.Depth += f.Depth
	s.Running += f.Running
	s.DeadLetters += f.DeadLetters
	s.OldestAge = max(s.OldestAge, f.OldestAge)
	s.Functions = append(s.Functions, f)
}

func (q *Queue) deadCounts(ctx context.Context) (map[store.Key]uint64, error) {
	info, err := q.broker.dead.Info(ctx, jetstream.WithSubjectFilter("dead.>"))
	if err != nil {
		return nil, fmt.Errorf("count dead letters: %w", err)
	}
	counts := map[store.Key]uint64{}
	for subject, n := range info.State.Subjects {
		counts[keyOf(subject)] += n
	}
	return counts, nil
}

func (l *lane) status(ctx context.Context) (FunctionStatus, error) {
	f := FunctionStatus{Key: l.key, Name: l.key.Name, Namespace: l.key.Namespace, Running: int(l.running.Load())}
	info, err := (*l.consumer.Load()).Info(ctx)
	if err != nil {
		return f, fmt.Errorf("state of %s: %w", l.key, err)
	}
	f.Started = info.NumAckPending
	f.Depth = info.NumPending + uint64(info.NumAckPending) //nolint:gosec // never negative
	if f.Depth == 0 {
		return f, nil
	}
	// By number and not from 1, so that nothing that is done is looked through.
	first, err := l.q.broker.calls.GetMsg(ctx, info.AckFloor.Stream+1, jetstream.WithGetMsgSubject(subject("call", l.key, "")))
	if err == nil {
		f.OldestAge = max(0, time.Since(first.Time).Seconds())
	}
	if err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		return f, fmt.Errorf("oldest call of %s: %w", l.key, err)
	}
	return f, nil
}
