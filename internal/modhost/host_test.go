package modhost

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/plugins/sdk"
)

func TestModulesStartAndAnswer(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	h := mustStart(t, fakeOptions(t, r, "needy", "good"))
	for _, m := range h.List() {
		if m.State != lab.StateReady || m.PID == 0 || m.Protocol != 2 || m.Info.Title.EN != "Fake" {
			t.Errorf("module %+v is not ready", m)
		}
	}
	plans, err := h.Plan(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(plans) != 2 || plans[0].Module != "good" || plans[1].Module != "needy" {
		t.Errorf("plans are %v; good must come before needy, which needs it", plans)
	}
	if port := plans[0].Plan.Charts[0].Values["port"]; port != int64(3000) {
		t.Errorf("the value 3000 arrives as %T %v, which Helm would print in another way", port, port)
	}
	health := h.Check(t.Context(), sdk.Target{})
	if len(health) != 2 || !health[0].Health.Alive || !health[1].Health.Alive {
		t.Errorf("health is %v", health)
	}
	if _, err := h.Verify(t.Context(), "good", sdk.Target{}, "x"); sdk.CodeOf(err) != sdk.CodeNotFound {
		t.Errorf("Verify of an unknown step: %v", err)
	}
	if _, err := h.Verify(t.Context(), "nobody", sdk.Target{}, "x"); lab.AsError(err).Code != lab.CodeNotFound {
		t.Errorf("Verify of an unknown module: %v", err)
	}
}

func TestCrashRestartsAndNamesTheCulprit(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	h := mustStart(t, fakeOptions(t, r, "once", "good"))
	first := h.List()[0].PID
	health := h.Check(t.Context(), sdk.Target{})
	if health[0].Health.Alive || !strings.Contains(health[0].Health.Message, "module once") {
		t.Errorf("the health of a crashed module is %+v", health[0])
	}
	if !health[1].Health.Alive {
		t.Errorf("the crash of its neighbour has hurt good: %+v", health[1])
	}
	e := r.mustSee(t, "once", lab.StateFailed, 1)
	for _, want := range []string{"module once", "module-serve once", "exit status 2", "a bug of the module"} {
		if !strings.Contains(e.Error.Message, want) {
			t.Errorf("the event does not say %q: %s", want, e.Error.Message)
		}
	}
	r.mustSee(t, "once", lab.StateReady, 2)
	s := h.List()[0]
	if s.PID == first || s.Restarts != 1 || s.State != lab.StateReady || s.Error == "" {
		t.Errorf("after the restart: %+v", s)
	}
	if again := h.Check(t.Context(), sdk.Target{}); !again[0].Health.Alive {
		t.Errorf("after the restart: %+v", again[0])
	}
}

func TestRestartsBackOff(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	o := fakeOptions(t, r)
	o.Limits.Backoff, o.Limits.MaxPause = 50*time.Millisecond, 400*time.Millisecond
	o.Dir = mustPin(t, "dying")
	mustStart(t, o)
	var gaps []time.Duration
	last := r.mustSee(t, "dying", lab.StateFailed, 1).Time
	for n := 2; n <= 5; n++ {
		began := r.mustSee(t, "dying", lab.StateRunning, n).Time
		gaps = append(gaps, began.Sub(last))
		last = r.mustSee(t, "dying", lab.StateFailed, n).Time
	}
	for i, least := range []time.Duration{50, 100, 200, 400} {
		if gaps[i] < least*time.Millisecond {
			t.Errorf("the pauses are %v; number %d is shorter than %d ms", gaps, i+1, least)
		}
	}
}

func TestHangTimesOutAndIsKilled(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	o := fakeOptions(t, r, "hanging", "good")
	o.Limits.Check, o.Limits.Strikes = 200*time.Millisecond, 2
	h := mustStart(t, o)
	began := time.Now()
	health := h.Check(t.Context(), sdk.Target{})
	if d := time.Since(began); d > 3*time.Second {
		t.Errorf("a hanging module has held up Check for %s", d)
	}
	if want := "module hanging does not answer Check within 200ms"; !strings.Contains(health[0].Health.Message, want) {
		t.Errorf("message is %q, not %q", health[0].Health.Message, want)
	}
	if s := h.List()[0]; s.Restarts != 0 || s.State != lab.StateReady {
		t.Errorf("one slow call has restarted the module: %+v", s)
	}
	h.Check(t.Context(), sdk.Target{})
	e := r.mustSee(t, "hanging", lab.StateFailed, 1)
	if !strings.Contains(e.Error.Message, "module hanging has left 2 calls in a row without an answer") {
		t.Errorf("the event says %q", e.Error.Message)
	}
	r.mustSee(t, "hanging", lab.StateReady, 2)
	if s := h.List()[1]; s.Restarts != 0 {
		t.Errorf("good was restarted too: %+v", s)
	}
}

func TestCallerWhoGivesUpIsNoStrike(t *testing.T) {
	t.Parallel()
	o := fakeOptions(t, newRecorder(), "hanging")
	o.Limits.Strikes = 1
	h := mustStart(t, o)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	h.Check(ctx, sdk.Target{})
	if s := h.List()[0]; s.State != lab.StateReady || s.Restarts != 0 {
		t.Errorf("the caller's own deadline was held against the module: %+v", s)
	}
}

func TestEnvironmentIsScrubbed(t *testing.T) {
	t.Setenv("LABBOX_TEST_SECRET", "hunter2")
	h := mustStart(t, fakeOptions(t, newRecorder(), "env"))
	got := h.Check(t.Context(), sdk.Target{})[0].Health.Message
	if strings.Contains(got, "hunter2") {
		t.Errorf("the module sees the host's environment:\n%s", got)
	}
	if !strings.HasPrefix(got, "nice=5\n") {
		t.Errorf("the module does not run at low priority: %s", strings.SplitN(got, "\n", 2)[0])
	}
}

func TestFloodOfOutputIsHarmless(t *testing.T) {
	t.Parallel()
	h := mustStart(t, fakeOptions(t, newRecorder(), "flood"))
	if got := h.Check(t.Context(), sdk.Target{})[0].Health; !got.Alive {
		t.Errorf("a module that floods its output: %+v", got)
	}
}

func TestBuiltinThatDoesNotStart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, want string }{
		{"old", "module old speaks protocol version 7, this labbox speaks 1 and 2"},
		{"dying", "cannot find my teapot"},
		{"garbage", "start module garbage"},
		{"liar", `module liar says that its name is "gitops"`},
		{"mute", "start module mute"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := fakeOptions(t, newRecorder(), "good", c.name)
			o.Limits.Start = 2 * time.Second
			h := New(o)
			t.Cleanup(h.Close)
			err := h.Start(t.Context())
			var e *lab.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || e.Hint == "" {
				t.Fatalf("Start returns %v, not an error with a hint that says %q", err, c.want)
			}
			for _, m := range h.List() {
				if m.PID != 0 {
					t.Errorf("module %s still runs after Start has failed", m.Name)
				}
			}
		})
	}
}

func TestServiceEndsWithItsContext(t *testing.T) {
	t.Parallel()
	h := New(fakeOptions(t, newRecorder(), "good"))
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- h.Run(ctx, func() { close(ready) }) }()
	<-ready
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("Run returns %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Run goes on after its context has ended")
	}
	if s := h.List()[0]; s.State != lab.StateStopped || s.PID != 0 {
		t.Errorf("after Run: %+v", s)
	}
}

func TestStartSweepsWhatAKilledHostHasLeft(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "m") // short: it becomes the path of a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	old := filepath.Join(dir, "plugin-dir1")
	if err := os.Mkdir(old, 0o700); err != nil {
		t.Fatal(err)
	}
	o := fakeOptions(t, newRecorder(), "good")
	o.RunDir = dir
	h := mustStart(t, o)
	if _, err := os.Stat(old); err == nil {
		t.Error("the old directory is still there")
	}
	h.Close()
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("Close leaves %v", left)
	}
}
