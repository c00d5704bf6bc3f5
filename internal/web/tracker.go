package web

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// resetSubject is the Subject of events about the reset of the capstone.
const resetSubject = "reset"

// tracker folds the journal into where things stand. It reads what is new whenever
// it is asked, so it needs no goroutine and never lags behind.
type tracker struct {
	events Events
	now    func() time.Time

	mu       sync.Mutex
	last     int64
	up       *sequence
	capstone *sequence
	running  bool
}

// standing is a snapshot of a tracker.
type standing struct {
	// Last is the ID of the newest event that is part of it.
	Last     int64
	Up       []Step
	Capstone []Step
	// CapstoneRunning is true while a run is under way.
	CapstoneRunning bool
}

func newTracker(events Events, up, capstone []StepInfo) *tracker {
	return &tracker{events: events, now: time.Now, up: newSequence(up), capstone: newSequence(capstone)}
}

func (t *tracker) load(ctx context.Context) (standing, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	const batch = 500
	for {
		events, err := t.events.Since(ctx, t.last, batch)
		if err != nil {
			return standing{}, fmt.Errorf("read journal: %w", err)
		}
		for _, e := range events {
			t.apply(e)
		}
		if len(events) < batch {
			break
		}
	}
	now := t.now()
	return standing{
		Last: t.last, Up: t.up.snapshot(now), Capstone: t.capstone.snapshot(now), CapstoneRunning: t.running,
	}, nil
}

func (t *tracker) apply(e lab.Event) {
	t.last = e.ID
	switch e.Kind {
	case lab.EventStep:
		t.up.apply(e)
	case lab.EventCapstone:
		t.applyCapstone(e)
	case lab.EventLab:
		if e.State == lab.StateRunning || e.State == lab.StateStopped { // no run outlives the lab
			t.running = false
			t.capstone.stopRunning()
		}
		if e.State == lab.StateStopped {
			t.up.stopRunning()
		}
	}
}

// applyCapstone folds in a step, or an event about the whole: a run that has ended,
// a reset that begins or has ended.
func (t *tracker) applyCapstone(e lab.Event) {
	if strings.Contains(e.Subject, "/") {
		t.capstone.grow(e)
	}
	if t.capstone.apply(e) {
		t.running = t.running || e.State == lab.StateRunning
		return
	}
	t.running = e.State == lab.StateRunning
	if e.Subject == resetSubject && e.State == lab.StateReady {
		t.capstone.resetFrom(0)
	}
	if !t.running {
		t.capstone.stopRunning()
	}
}
