package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// progressEvery bounds how often the progress of one subject is recorded.
const progressEvery = 250 * time.Millisecond

// recorder is the one way by which events come into being: it numbers and keeps
// them in the journal, and hands each to the observer. Events of the time before
// the journal is open are kept and written as soon as it is.
type recorder struct {
	mu      sync.Mutex
	journal lab.Journal
	early   []lab.Event
	since   int64 // ID of the last event of earlier runs
	newest  int64 // ID of the last event of all
	observe func(lab.Event)
	log     *slog.Logger
	last    map[string]time.Time // of the last progress, by subject
}

func newRecorder(log *slog.Logger, observe func(lab.Event)) *recorder {
	if observe == nil {
		observe = func(lab.Event) {}
	}
	return &recorder{observe: observe, log: log, last: map[string]time.Time{}}
}

// Open directs events to journal from now on, the early ones first.
func (r *recorder) Open(ctx context.Context, journal lab.Journal) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, e := range r.early {
		id, err := journal.Append(ctx, e)
		if err != nil {
			return err
		}
		if i == 0 {
			r.since = id - 1
		}
		r.newest = id
	}
	r.journal, r.early = journal, nil
	return nil
}

// Emit records e with the current time. Progress of the same subject that
// follows too closely is dropped; changes of state never are.
func (r *recorder) Emit(ctx context.Context, e lab.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Time = time.Now()
	if e.Progress != nil && e.State == lab.StateRunning {
		key := string(e.Kind) + "/" + e.Subject
		if e.Time.Sub(r.last[key]) < progressEvery {
			return
		}
		r.last[key] = e.Time
	}
	if r.journal == nil {
		r.early = append(r.early, e)
	} else if id, err := r.journal.Append(context.WithoutCancel(ctx), e); err != nil {
		r.log.Error("append to the journal", "error", err)
	} else {
		e.ID = id
		r.newest = id
	}
	r.observe(e)
}

// Close ends the recording to the journal; later events only reach the observer.
func (r *recorder) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.journal = nil
}

// Last returns the ID of the newest event.
func (r *recorder) Last() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.newest
}
