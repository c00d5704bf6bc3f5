package image

import (
	"context"
	"sync"
)

// queue lets a number of workers in at a time; of those who wait, the one with the
// lowest rank comes next.
type queue struct {
	mu      sync.Mutex
	free    int
	waiting []*waiter
}

type waiter struct {
	rank  int
	enter chan struct{}
}

func newQueue(places int) *queue { return &queue{free: places} }

// enter waits for a place, or until ctx is done. After nil, leave must follow.
func (q *queue) enter(ctx context.Context, rank int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	q.mu.Lock()
	if q.free > 0 {
		q.free--
		q.mu.Unlock()
		return nil
	}
	w := &waiter{rank: rank, enter: make(chan struct{})}
	q.waiting = append(q.waiting, w)
	q.mu.Unlock()
	select {
	case <-w.enter:
		return nil
	case <-ctx.Done():
		q.giveUp(w)
		return ctx.Err()
	}
}

// leave gives the place to the next who waits.
func (q *queue) leave() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.free++
		return
	}
	next := 0
	for n, w := range q.waiting {
		if w.rank < q.waiting[next].rank {
			next = n
		}
	}
	close(q.waiting[next].enter)
	q.waiting = append(q.waiting[:next], q.waiting[next+1:]...)
}

// giveUp stops waiting; a place that came at the same moment is passed on.
func (q *queue) giveUp(w *waiter) {
	q.mu.Lock()
	for n, other := range q.waiting {
		if other == w {
			q.waiting = append(q.waiting[:n], q.waiting[n+1:]...)
			q.mu.Unlock()
			return
		}
	}
	q.mu.Unlock()
	q.leave()
}
