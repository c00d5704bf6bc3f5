package supervise

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Options configure a Supervisor. The zero value is usable.
type Options struct {
	// Log receives restarts and failures; nil discards them.
	Log *slog.Logger
	// Observe is told of every change of state. Calls for one Service come in
	// order; calls for different Services may come at the same time.
	Observe func(name string, state lab.State, err error)
	// Attempts is how often a Service may fail before it was first ready; 0 means 5.
	Attempts int
	// FirstPause and MaxPause bound the pause before a restart, which doubles with
	// every failure in a row; 0 means 200 ms and 10 s.
	FirstPause, MaxPause time.Duration
}

// Supervisor runs Services by need. Its methods may be called at any time from
// any goroutine.
type Supervisor struct {
	opts Options

	mu      sync.Mutex
	units   map[string]*unit
	order   []string
	changed chan struct{} // closed and replaced at every change of a state
	run     context.Context
	failed  error
	ended   bool
	fail    context.CancelCauseFunc
	active  sync.WaitGroup
}

// unit is one Service and where it stands.
type unit struct {
	svc    lab.Service
	state  lab.State
	err    error
	ever   bool            // was ready at least once
	isOver chan struct{}   // closed when the unit will not run again
	gone   context.Context // done when it was removed
	remove context.CancelFunc
}

func newUnit(svc lab.Service) *unit {
	u := &unit{svc: svc, state: lab.StatePending, isOver: make(chan struct{})}
	u.gone, u.remove = context.WithCancel(context.Background())
	return u
}

// New returns a Supervisor without Services.
func New(o Options) *Supervisor {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Observe == nil {
		o.Observe = func(string, lab.State, error) {}
	}
	if o.Attempts == 0 {
		o.Attempts = 5
	}
	if o.FirstPause == 0 {
		o.FirstPause = 200 * time.Millisecond
	}
	if o.MaxPause == 0 {
		o.MaxPause = 10 * time.Second
	}
	return &Supervisor{opts: o, units: map[string]*unit{}, changed: make(chan struct{})}
}

// Add takes Services in, all or none. What they need must be among them or have
// been added before; a name twice, an unknown need or a cycle is an error. While
// Run is active the new Services start at once.
func (s *Supervisor) Add(services ...lab.Service) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return errors.New("add services: the supervisor has ended")
	}
	if err := checkGraph(s.units, services); err != nil {
		return fmt.Errorf("add services: %w", err)
	}
	for _, svc := range services {
		s.units[svc.Name()] = newUnit(svc)
		s.order = append(s.order, svc.Name())
	}
	if s.run != nil {
		for _, svc := range services {
			s.launch(s.units[svc.Name()])
		}
	}
	return nil
}

// Remove ends a Service, waits for its end and forgets it. A name that is not there is no
// error; one that another Service needs is.
func (s *Supervisor) Remove(name string) error {
	if needed := s.dependents(name); len(needed) > 0 {
		return fmt.Errorf("remove service %s: %s needs it", name, needed[0].svc.Name())
	}
	s.mu.Lock()
	u, there := s.units[name]
	delete(s.units, name)
	s.order = slices.DeleteFunc(s.order, func(n string) bool { return n == name })
	launched := s.run != nil
	s.mu.Unlock()
	if !there {
		return nil
	}
	u.remove()
	if launched {
		<-u.isOver
	}
	return nil
}

// Run starts all Services and blocks until ctx is done or one has failed for
// good; then it stops all in reverse of their needs and returns nil or that
// failure. A Supervisor runs once.
func (s *Supervisor) Run(ctx context.Context) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	s.mu.Lock()
	if s.run != nil {
		s.mu.Unlock()
		return errors.New("run supervisor: it was already run")
	}
	s.run, s.fail = ctx, fail
	for _, name := range s.order {
		s.launch(s.units[name])
	}
	s.mu.Unlock()

	<-ctx.Done()
	s.mu.Lock()
	s.ended = true // from here on Add refuses, so active only sinks
	s.mu.Unlock()
	s.active.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bump()
	return s.failed
}

// launch starts the goroutines of u; the caller holds s.mu.
func (s *Supervisor) launch(u *unit) {
	s.active.Add(1)
	go func() {
		defer s.active.Done()
		defer close(u.isOver)
		s.keep(u)
	}()
}

// keep runs u again and again until the stop reaches it.
func (s *Supervisor) keep(u *unit) {
	if !s.mayBegin(u) {
		s.set(u, lab.StateStopped, nil)
		return
	}
	ctx, cancel := s.stopContext(u)
	defer cancel()
	pause, attempts := s.opts.FirstPause, 0
	for ctx.Err() == nil && s.run.Err() == nil {
		wasReady, err := s.once(ctx, u)
		if ctx.Err() != nil {
			s.set(u, lab.StateStopped, err)
			return
		}
		if wasReady {
			pause, attempts = s.opts.FirstPause, 0
		}
		attempts++
		s.set(u, lab.StateFailed, err)
		if !s.wasEverReady(u) && attempts >= s.opts.Attempts {
			s.giveUp(u, err, attempts)
			break
		}
		s.opts.Log.Warn("service failed, starting it again", "service", u.svc.Name(), "pause", pause, "error", err)
		wait(ctx, s.run, pause)
		pause = min(2*pause, s.opts.MaxPause)
	}
	s.set(u, lab.StateStopped, nil)
}

// mayBegin waits for what u needs; false means that u is to stop instead.
func (s *Supervisor) mayBegin(u *unit) bool {
	ctx, cancel := context.WithCancel(s.run)
	defer cancel()
	defer context.AfterFunc(u.gone, cancel)()
	needs := u.svc.Needs()
	return len(needs) == 0 || s.Ready(ctx, needs...) == nil
}

// once runs u one time and says whether it became ready.
func (s *Supervisor) once(ctx context.Context, u *unit) (bool, error) {
	s.set(u, lab.StateRunning, nil)
	var mu sync.Mutex
	ready, over := false, false
	err := u.svc.Run(ctx, func() {
		mu.Lock()
		defer mu.Unlock()
		if !ready && !over {
			ready = true
			s.set(u, lab.StateReady, nil)
		}
	})
	mu.Lock()
	defer mu.Unlock()
	over = true
	if err == nil && ctx.Err() == nil {
		err = errors.New("ended though nobody asked it to")
	}
	return ready, err
}

// giveUp makes Run stop everything and return err.
func (s *Supervisor) giveUp(u *unit, err error, attempts int) {
	s.mu.Lock()
	if s.failed == nil {
		s.failed = fmt.Errorf("start %s (%d attempts): %w", u.svc.Name(), attempts, err)
	}
	s.mu.Unlock()
	s.fail(s.failed)
}

// stopContext is done once u was removed, or the supervisor stops and all that need u are
// over.
func (s *Supervisor) stopContext(u *unit) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.run))
	context.AfterFunc(u.gone, cancel)
	go func() {
		select {
		case <-s.run.Done():
		case <-ctx.Done():
			return
		}
		for _, d := range s.dependents(u.svc.Name()) {
			<-d.isOver
		}
		cancel()
	}()
	return ctx, cancel
}

// wait lets the pause pass, or returns as soon as one of the contexts is done.
func wait(a, b context.Context, pause time.Duration) {
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-t.C:
	case <-a.Done():
	case <-b.Done():
	}
}
