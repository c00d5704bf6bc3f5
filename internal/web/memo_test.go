package web

import (
	"context"
	"sync/atomic"
	"testing"
	"time"
)

// slowMemo counts what it was asked; each answer waits for a turn.
func slowMemo(age time.Duration) (m *memo[int], turns chan struct{}, asked *atomic.Int32) {
	turns, asked = make(chan struct{}, 100), &atomic.Int32{}
	return &memo[int]{age: age, get: func(context.Context) int {
		<-turns
		return int(asked.Add(1))
	}}, turns, asked
}

func TestMemoGivesTheOldWhileANewIsOnItsWay(t *testing.T) {
	t.Parallel()
	m, turns, asked := slowMemo(time.Hour)
	turns <- struct{}{}
	if got := m.load(t.Context()); got != 1 {
		t.Fatalf("first %d", got)
	}
	m.at = m.at.Add(-2 * time.Hour) // old, but not too old
	for range 10 {
		if got := m.load(t.Context()); got != 1 { // nobody gives a turn: whoever waits, hangs
			t.Fatalf("old %d", got)
		}
	}
	turns <- struct{}{}
	if got := m.fresh(t.Context()); got != 2 {
		t.Errorf("fresh %d", got)
	}
	if got := m.load(t.Context()); got != 2 || asked.Load() != 2 {
		t.Errorf("then %d, asked %d times", got, asked.Load())
	}
	m.at = m.at.Add(-6 * time.Hour) // too old
	turns <- struct{}{}
	if got := m.load(t.Context()); got != 3 {
		t.Errorf("too old, and yet %d", got)
	}
}

func TestMemoForgetsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	m, turns, _ := slowMemo(time.Hour)
	early := make(chan int)
	go func() { early <- m.load(context.Background()) }()
	for began := false; !began; {
		m.mu.Lock()
		began = m.asking != nil
		m.mu.Unlock()
	}
	m.forget()
	late := make(chan int)
	go func() { late <- m.load(context.Background()) }()
	turns <- struct{}{}
	turns <- struct{}{}
	a, b := <-early, <-late
	if a == b {
		t.Errorf("who asked after the change got what was asked before it: %d, %d", a, b)
	}
}

func TestMemoPanicsWhereItIsAsked(t *testing.T) {
	t.Parallel()
	m := &memo[int]{age: time.Hour, get: func(context.Context) int { panic("boom") }}
	defer func() {
		if got := recover(); got != "boom" {
			t.Errorf("recovered %v", got)
		}
	}()
	m.load(t.Context())
	t.Error("nothing happened")
}
