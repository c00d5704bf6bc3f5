package lesson

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

const (
	// watchFor is how long a lesson is watched after somebody has looked at it, or
	// something has happened in it.
	watchFor = time.Hour
	// reviewEvery is how often it is looked whether a watch has become too old.
	reviewEvery = 10 * time.Second
)

// Options is what an Engine works with. Store must be set; without Runner or Grounds no
// lesson can be started.
type Options struct {
	// Trends is their order; others come after them by name.
	Trends  []string
	Sources Sources
	Store   Store
	Notes   NoteStore
	Runner  Runner
	Grounds Grounds
	// Emit tells of ticks and of what was seen; nil tells nobody.
	Emit func(ctx context.Context, e lab.Event)
	// Log is for makers; nil discards.
	Log *slog.Logger
}

// Engine knows the lessons and how the learner stands in them. It is safe for
// concurrent use. Without Run it answers everything, but no task is ticked by itself.
//
//	SetLessons ─► List, Show ─► Start ─► (Run watches) ─► tick
//	                 └─ opens            Check, Hint, Solution
type Engine struct {
	opt      Options
	readings *readings
	wake     chan struct{}

	mu      sync.Mutex
	lessons map[string][]*Lesson // by trend
	opened  map[string]time.Time // by lesson
	busy    map[string]bool      // lessons whose systems are being changed by scripts of ours
	times   map[string]int       // how often that was so
	since   map[string]time.Time // when it was so last
	checks  map[string]seenCheck // by "<lesson>/<task>"
	cleared map[string]bool      // lessons that hold nothing, as far as is known

	resets sync.Mutex // held while the reset of a lesson that is proven is timed
}

// seenCheck is what was seen last of a task, and what was told of it last, and when.
type seenCheck struct {
	check, told lab.LessonCheck
	time        time.Time
}

// New returns an Engine without lessons.
func New(o Options) *Engine {
	if o.Emit == nil {
		o.Emit = func(context.Context, lab.Event) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Engine{opt: o, readings: newReadings(o.Sources), wake: make(chan struct{}, 1),
		lessons: map[string][]*Lesson{}, opened: map[string]time.Time{}, busy: map[string]bool{}, times: map[string]int{}, since: map[string]time.Time{}, checks: map[string]seenCheck{}, cleared: map[string]bool{}}
}

// Run watches the lessons that are open, until ctx is done and all watching has ended.
func (e *Engine) Run(ctx context.Context) {
	e.reopen(ctx)
	running := map[watched]context.CancelFunc{}
	var wg sync.WaitGroup
	defer wg.Wait()
	defer func() {
		for _, stop := range running {
			stop()
		}
	}()
	review := time.NewTicker(reviewEvery)
	defer review.Stop()
	for {
		wanted := e.toWatch(ctx)
		for w, stop := range running {
			if !wanted[w] {
				stop()
				delete(running, w)
			}
		}
		for w := range wanted {
			if running[w] == nil {
				var life context.Context
				life, running[w] = context.WithCancel(ctx)
				wg.Go(func() { e.watch(life, w) })
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-review.C:
		case <-e.wake:
		}
	}
}

// reopen opens what was started within the last hour: the lab may just have been
// restarted under a learner.
func (e *Engine) reopen(ctx context.Context) {
	starts, err := e.opt.Store.Starts(ctx, "")
	if err != nil {
		e.opt.Log.Error("read the starts of lessons", "error", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range starts {
		if s.Time.After(e.opened[s.Lesson]) {
			e.opened[s.Lesson] = s.Time
		}
	}
}

// watched is one watch of a lesson: content that is replaced and a start are another.
type watched struct {
	lesson *Lesson
	time   int
	// since is when the start was there: what was read before is of the way to it.
	since time.Time
}

// toWatch returns the lessons that are started, not finished, and open.
func (e *Engine) toWatch(ctx context.Context) map[watched]bool {
	wanted := map[watched]bool{}
	for _, w := range e.openOnes() {
		p, err := e.progress(ctx, w.lesson.ID)
		if err != nil {
			if ctx.Err() == nil {
				e.opt.Log.Error("read the progress of a lesson", "lesson", w.lesson.ID, "error", err)
			}
			continue
		}
		if !p.started().IsZero() && p.show(w.lesson).Finished == nil {
			wanted[w] = true
		}
	}
	return wanted
}

// openOnes returns the lessons that somebody has looked at lately and that no script of
// ours is changing.
func (e *Engine) openOnes() []watched {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []watched
	for _, list := range e.lessons {
		for _, l := range list {
			if time.Since(e.opened[l.ID]) <= watchFor && !e.busy[l.ID] {
				out = append(out, watched{l, e.times[l.ID], e.since[l.ID]})
			}
		}
	}
	return out
}

// open notes that somebody looks at a lesson.
func (e *Engine) open(lesson string) {
	e.mu.Lock()
	closed := time.Since(e.opened[lesson]) > watchFor
	e.opened[lesson] = time.Now()
	e.mu.Unlock()
	if closed {
		e.rouse()
	}
}

// rouse makes Run look again at what is to be watched.
func (e *Engine) rouse() {
	select {
	case e.wake <- struct{}{}:
	default: // it will
	}
}

// occupy marks a lesson whose systems scripts of ours change; nothing that is seen
// meanwhile counts. CodeRunning when that is so already.
func (e *Engine) occupy(lesson string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.busy[lesson] {
		return lab.Errorf(lab.CodeRunning, "Wait until that is over.", "lesson %s is being prepared", lesson)
	}
	e.busy[lesson] = true
	e.times[lesson]++
	e.rouse()
	return nil
}

// vacate ends what occupy began; what was seen before is forgotten.
func (e *Engine) vacate(lesson string) {
	e.mu.Lock()
	delete(e.busy, lesson)
	e.since[lesson] = time.Now()
	for _, l := range e.all() {
		if l.ID == lesson {
			for _, t := range l.Tasks {
				delete(e.checks, lesson+"/"+t.ID)
			}
		}
	}
	e.mu.Unlock()
	e.rouse()
}
