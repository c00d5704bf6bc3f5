package supervise

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// fake is a Service whose runs are scripted.
type fake struct {
	name  string
	needs []string
	// run is called with the number of the run, from 1; nil means: ready, then wait.
	run func(n int, ctx context.Context, ready func()) error
	log *journal
	n   int
}

func (f *fake) Name() string    { return f.name }
func (f *fake) Needs() []string { return f.needs }
func (f *fake) Run(ctx context.Context, ready func()) error {
	f.n++
	f.log.add("start " + f.name)
	defer f.log.add("stop " + f.name)
	if f.run != nil {
		return f.run(f.n, ctx, ready)
	}
	ready()
	<-ctx.Done()
	return nil
}

type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

func (j *journal) index(line string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Index(j.lines, line)
}

func fast() Options {
	return Options{Attempts: 3, FirstPause: time.Millisecond, MaxPause: 2 * time.Millisecond}
}

// start runs s until the test calls the returned function, which gives Run's error.
func start(t *testing.T, s *Supervisor) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- s.Run(ctx) }()
	return func() error {
		cancel()
		select {
		case err := <-result:
			return err
		case <-time.After(5 * time.Second):
			t.Fatal("Run did not return")
			return nil
		}
	}
}

func mustAdd(t *testing.T, s *Supervisor, services ...lab.Service) {
	t.Helper()
	if err := s.Add(services...); err != nil {
		t.Fatal(err)
	}
}

func TestStartsByNeedAndStopsInReverse(t *testing.T) {
	t.Parallel()
	log := &journal{}
	s := New(fast())
	mustAdd(t, s,
		&fake{name: "c", needs: []string{"b", "a"}, log: log},
		&fake{name: "b", needs: []string{"a"}, log: log},
		&fake{name: "a", log: log})
	stop := start(t, s)
	if err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatalf("Run: %v", err)
	}
	want := []string{"start a", "start b", "start c", "stop c", "stop b", "stop a"}
	if !slices.Equal(log.lines, want) {
		t.Errorf("got %v, want %v", log.lines, want)
	}
	for name, state := range s.States() {
		if state != lab.StateStopped {
			t.Errorf("%s is %s after stop", name, state)
		}
	}
}

func TestIndependentServicesStartSideBySide(t *testing.T) {
	t.Parallel()
	log, meet := &journal{}, make(chan struct{})
	rendezvous := func(send bool) func(int, context.Context, func()) error {
		return func(_ int, ctx context.Context, ready func()) error {
			if send {
				meet <- struct{}{}
			} else {
				<-meet
			}
			ready()
			<-ctx.Done()
			return nil
		}
	}
	s := New(fast())
	mustAdd(t, s, &fake{name: "a", log: log, run: rendezvous(true)}, &fake{name: "b", log: log, run: rendezvous(false)})
	stop := start(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

func TestRestartsWhatFailsAfterReady(t *testing.T) {
	t.Parallel()
	states := make(chan lab.State, 64)
	o := fast()
	o.Observe = func(_ string, state lab.State, _ error) { states <- state }
	s := New(o)
	again := make(chan struct{})
	mustAdd(t, s, &fake{name: "a", log: &journal{}, run: func(n int, ctx context.Context, ready func()) error {
		ready()
		if n < 6 { // more often than Attempts: it had been ready each time
			return errors.New("crash")
		}
		close(again)
		<-ctx.Done()
		return nil
	}})
	stop := start(t, s)
	<-again
	if err := stop(); err != nil {
		t.Fatalf("Run: %v", err)
	}
	want := []lab.State{lab.StateRunning, lab.StateReady, lab.StateFailed, lab.StateRunning, lab.StateReady}
	for i, w := range want {
		if got := <-states; got != w {
			t.Errorf("state %d is %s, want %s", i, got, w)
		}
	}
}

func TestCrashBeforeReadyFailsTheRun(t *testing.T) {
	t.Parallel()
	log := &journal{}
	s := New(fast())
	boom := errors.New("boom")
	mustAdd(t, s,
		&fake{name: "base", log: log},
		&fake{name: "bad", needs: []string{"base"}, log: log, run: func(int, context.Context, func()) error { return boom }},
		&fake{name: "late", needs: []string{"bad"}, log: log})
	err := s.Run(t.Context())
	if !errors.Is(err, boom) || !strings.Contains(err.Error(), "start bad (3 attempts)") {
		t.Errorf("Run returned %v", err)
	}
	if log.index("start late") >= 0 {
		t.Error("what needs the failed service was started")
	}
	if log.index("stop base") < log.index("stop bad") {
		t.Errorf("order of the stop: %v", log.lines)
	}
	if err := s.Ready(t.Context(), "late"); !errors.Is(err, boom) {
		t.Errorf("Ready returned %v", err)
	}
	if !errors.Is(s.Err("bad"), boom) {
		t.Errorf("Err returned %v", s.Err("bad"))
	}
}

func TestReturnWithoutStopIsAFailure(t *testing.T) {
	t.Parallel()
	s := New(fast())
	mustAdd(t, s, &fake{name: "a", log: &journal{}, run: func(int, context.Context, func()) error { return nil }})
	if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "nobody asked") {
		t.Errorf("Run returned %v", err)
	}
}

func TestAddWhileRunning(t *testing.T) {
	t.Parallel()
	log := &journal{}
	s := New(fast())
	mustAdd(t, s, &fake{name: "a", log: log})
	stop := start(t, s)
	if err := s.Ready(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, s, &fake{name: "b", needs: []string{"a"}, log: log})
	if err := s.Ready(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if log.index("stop b") > log.index("stop a") {
		t.Errorf("order of the stop: %v", log.lines)
	}
	if err := s.Add(&fake{name: "c"}); err == nil {
		t.Error("Add after the end did not fail")
	}
}

func TestAddRefusesBadGraphs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		services []lab.Service
		want     string
	}{
		"twice":        {[]lab.Service{&fake{name: "a"}, &fake{name: "a"}}, `two services are called "a"`},
		"unknown need": {[]lab.Service{&fake{name: "a", needs: []string{"x"}}}, `a needs "x"`},
		"itself":       {[]lab.Service{&fake{name: "a", needs: []string{"a"}}}, "a -> a"},
		"circle": {[]lab.Service{&fake{name: "a", needs: []string{"b"}}, &fake{name: "b", needs: []string{"c"}},
			&fake{name: "c", needs: []string{"b"}}}, "b -> c -> b"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New(Options{})
			if err := s.Add(tt.services...); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if len(s.States()) != 0 {
				t.Error("a refused batch left services behind")
			}
		})
	}
}

func TestReadyHonoursItsContext(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	mustAdd(t, s, &fake{name: "a"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Ready(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := s.Ready(t.Context(), "x"); err == nil {
		t.Error("an unknown name was ready")
	}
}

// TestRemove: who is removed ends and may come again, also while it waits for its need;
// who is needed stays.
func TestRemove(t *testing.T) {
	t.Parallel()
	log := &journal{}
	never := func(_ int, ctx context.Context, _ func()) error { <-ctx.Done(); return nil }
	s := New(fast())
	mustAdd(t, s, &fake{name: "a", log: log}, &fake{name: "b", needs: []string{"a"}, log: log})
	mustAdd(t, s, &fake{name: "slow", run: never, log: log}, &fake{name: "waits", needs: []string{"slow"}, log: log})
	stop := start(t, s)
	if err := s.Ready(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove("a"); err == nil || !strings.Contains(err.Error(), "b needs it") {
		t.Errorf("remove what is needed: %v", err)
	}
	for _, name := range []string{"b", "waits", "nobody"} {
		if err := s.Remove(name); err != nil {
			t.Errorf("remove %s: %v", name, err)
		}
		if _, there := s.States()[name]; there {
			t.Errorf("%s is still there", name)
		}
	}
	if log.index("stop b") < 0 || log.index("start waits") >= 0 {
		t.Errorf("what happened: %v", log.lines)
	}
	mustAdd(t, s, &fake{name: "b", needs: []string{"a"}, log: log})
	if err := s.Ready(t.Context(), "b"); err != nil {
		t.Errorf("once more: %v", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
