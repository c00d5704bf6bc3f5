package supervise

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/labbox/labbox/internal/lab"
)

// Ready blocks until all named Services are ready at the same moment; no names
// means all. It returns early with an error when ctx is done, a name is unknown,
// or the supervisor stops.
func (s *Supervisor) Ready(ctx context.Context, names ...string) error {
	for {
		s.mu.Lock()
		open, err := s.notReady(names)
		changed, run, failed := s.changed, s.run, s.failed
		s.mu.Unlock()
		if err != nil || open == "" {
			return err
		}
		if failed != nil {
			return failed
		}
		if run != nil && run.Err() != nil {
			return fmt.Errorf("wait for %s: %w", open, errStopping)
		}
		if err := await(ctx, run, changed); err != nil {
			return fmt.Errorf("wait for %s: %w", open, err)
		}
	}
}

var errStopping = errors.New("the supervisor is stopping")

// await returns nil when changed is closed or the run ends, an error when ctx is done.
func await(ctx, run context.Context, changed <-chan struct{}) error {
	var stopping <-chan struct{}
	if run != nil {
		stopping = run.Done()
	}
	select {
	case <-changed:
		return nil
	case <-stopping:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// notReady returns the first of names that is not ready; the caller holds s.mu.
func (s *Supervisor) notReady(names []string) (string, error) {
	if len(names) == 0 {
		names = s.order
	}
	for _, name := range names {
		u, ok := s.units[name]
		if !ok {
			return "", fmt.Errorf("no service is called %q", name)
		}
		if u.state != lab.StateReady {
			return name, nil
		}
	}
	return "", nil
}

// States returns the state of every Service by name.
func (s *Supervisor) States() map[string]lab.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	states := make(map[string]lab.State, len(s.units))
	for name, u := range s.units {
		states[name] = u.state
	}
	return states
}

// Err returns the last failure of a Service, nil if it has none.
func (s *Supervisor) Err(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u, ok := s.units[name]; ok {
		return u.err
	}
	return nil
}

func (s *Supervisor) set(u *unit, state lab.State, err error) {
	s.mu.Lock()
	same := u.state == state
	u.state = state
	if err != nil {
		u.err = err
	}
	if state == lab.StateReady {
		u.ever, u.err = true, nil
	}
	s.bump()
	s.mu.Unlock()
	if !same {
		s.opts.Observe(u.svc.Name(), state, err)
	}
}

// bump wakes all who wait for a change; the caller holds s.mu.
func (s *Supervisor) bump() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Supervisor) wasEverReady(u *unit) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return u.ever
}

// dependents returns the units that need name.
func (s *Supervisor) dependents(name string) []*unit {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*unit
	for _, u := range s.units {
		if slices.Contains(u.svc.Needs(), name) {
			list = append(list, u)
		}
	}
	return list
}
