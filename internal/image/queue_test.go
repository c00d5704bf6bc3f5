package image

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
)

// waitFor spins until n workers wait in the queue.
func (q *queue) waitFor(n int) {
	for {
		q.mu.Lock()
		there := len(q.waiting)
		q.mu.Unlock()
		if there == n {
			return
		}
		runtime.Gosched()
	}
}

func TestQueueLetsTheFirstInRankIn(t *testing.T) {
	t.Parallel()
	q := newQueue(1)
	if err := q.enter(t.Context(), 9); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var order []int
	var wg sync.WaitGroup
	for n, rank := range []int{3, 1, 2} {
		wg.Go(func() {
			if err := q.enter(t.Context(), rank); err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			order = append(order, rank)
			mu.Unlock()
			q.leave()
		})
		q.waitFor(n + 1)
	}
	q.leave()
	wg.Wait()
	if want := []int{1, 2, 3}; !slices.Equal(order, want) {
		t.Errorf("order is %v, want %v", order, want)
	}
	if q.free != 1 {
		t.Errorf("%d places are free in the end, want 1", q.free)
	}
}

func TestQueueForgetsWhoGivesUp(t *testing.T) {
	t.Parallel()
	q := newQueue(1)
	if err := q.enter(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() { gone <- q.enter(ctx, 1) }()
	q.waitFor(1)
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	q.leave()
	if q.free != 1 || len(q.waiting) != 0 {
		t.Errorf("%d places are free and %d wait, want 1 and 0", q.free, len(q.waiting))
	}
}
