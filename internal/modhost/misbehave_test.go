package modhost

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/modhost/cage"
	"github.com/labbox/labbox/plugins/sdk"
)

// mustFind returns the state of a module.
func mustFind(t *testing.T, h *Host, name string) ModuleState {
	t.Helper()
	for _, m := range h.List() {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("there is no module %s", name)
	return ModuleState{}
}

// mustBeWell fails where the host or its well-behaved module suffers.
func mustBeWell(t *testing.T, h *Host) {
	t.Helper()
	if got := mustFind(t, h, "good"); got.State != lab.StateReady || got.Restarts != 0 {
		t.Errorf("the well-behaved module suffers: %+v", got)
	}
	for _, c := range h.Check(t.Context(), sdk.Target{}) {
		if c.Module == "good" && !c.Health.Alive {
			t.Errorf("the well-behaved module suffers: %+v", c)
		}
	}
}

// TestRefusedAtTheStart are modules that lie about themselves or bring what they may
// not: each is refused by name, with the reason, and not tried again.
func TestRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"old":     "module old speaks protocol version 7, this labbox speaks 1 and 2",
		"hollow":  "module hollow says that it speaks protocol version 2, but it does not know the call Content",
		"liar":    `module liar says that its name is "gitops"`,
		"heavy":   "module heavy brings more content than the limit allows",
		"crowded": "module crowded brings more than 100 files",
		"sneaky":  `module sneaky brings content that is refused: "lessons/../../../../escaped" is no path`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRecorder()
			o := fakeOptions(t, r, "good")
			o.Dir = mustPin(t, name)
			h := mustStart(t, o)
			e := r.mustSee(t, name, lab.StateFailed, 1)
			if e.Error.Code != lab.CodeModule || !strings.Contains(e.Error.Message, want) || e.Error.Hint == "" {
				t.Errorf("the event is %+v, want %q", e.Error, want)
			}
			if s := mustFind(t, h, name); s.State != lab.StateFailed || s.Restarts != 0 || !strings.Contains(s.Error, want) {
				t.Errorf("the module is %+v", s)
			}
			mustBeWell(t, h)
		})
	}
}

func TestOldVersionIsServed(t *testing.T) {
	t.Parallel()
	o := fakeOptions(t, newRecorder())
	o.Dir = mustPin(t, "first")
	h := mustStart(t, o)
	if s := mustFind(t, h, "first"); s.State != lab.StateReady || s.Protocol != 1 {
		t.Fatalf("a module of version 1 is %+v", s)
	}
	if got := h.Check(t.Context(), sdk.Target{}); !got[0].Health.Alive {
		t.Errorf("Check of a module of version 1: %+v", got)
	}
	if _, ok := h.Content("first"); ok {
		t.Error("a module of version 1 has brought content")
	}
}

// TestBadAnswers are modules that answer with what nobody can use; they are named and
// go on.
func TestBadAnswers(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"garbled": "module garbled", "verbose": "module verbose", "wordy": "more than 64 signals",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := fakeOptions(t, newRecorder(), "good")
			o.Dir = mustPin(t, name)
			h := mustStart(t, o)
			got := h.Check(t.Context(), sdk.Target{})[1].Health
			if !strings.Contains(got.Message, want) || len(got.Message) > 4<<10 || len(got.Signals) > maxSignals {
				t.Errorf("%d bytes and %d signals: %.300s", len(got.Message), len(got.Signals), got.Message)
			}
			if (name == "wordy") != got.Alive {
				t.Errorf("alive is %v", got.Alive)
			}
			mustBeWell(t, h)
		})
	}
}

func TestNoiseBehindTheHandshake(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	o := fakeOptions(t, r, "good")
	o.Dir = mustPin(t, "noise")
	o.Limits.Start = 2 * time.Second
	h := mustStart(t, o)
	if e := r.mustSee(t, "noise", lab.StateFailed, 1); !strings.Contains(e.Error.Message, "module noise") {
		t.Errorf("the event is %+v", e.Error)
	}
	r.mustSee(t, "noise", lab.StateRunning, 2)
	mustBeWell(t, h)
}

func TestForbiddenNamespaces(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"grabby-kube-system": `in namespace "kube-system"; a module may use only the namespaces grabby-kube-system and grabby-kube-system-...`,
		"grabby-good":        `in namespace "good"`,
		"grabby-default":     `in namespace "default"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRecorder()
			o := fakeOptions(t, r, "good")
			o.Dir = mustPin(t, name)
			h := mustStart(t, o)
			for range 2 { // the same reason is told once
				if plans, err := h.Plan(t.Context(), nil); err != nil || len(plans) != 1 || plans[0].Module != "good" {
					t.Errorf("plans are %v, %v; only good's should be there", plans, err)
				}
			}
			if e := r.mustSee(t, name, lab.StateFailed, 1); e.Error.Code != lab.CodeModule || !strings.Contains(e.Error.Message, want) {
				t.Errorf("the event is %+v", e.Error)
			}
			if s := mustFind(t, h, name); s.State != lab.StateFailed || !strings.Contains(s.Error, want) {
				t.Errorf("the module is %+v", s)
			}
		})
	}
}

func TestFloodOfLinesIsNamed(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	o := fakeOptions(t, r, "good")
	o.Dir = mustPin(t, "chatty")
	h := mustStart(t, o)
	deadline := time.Now().Add(time.Minute)
	for mustFind(t, h, "chatty").Complaint == "" {
		if time.Now().After(deadline) {
			t.Fatalf("the module that floods its output is %+v", mustFind(t, h, "chatty"))
		}
		time.Sleep(10 * time.Millisecond)
	}
	if got := mustFind(t, h, "chatty"); !strings.Contains(got.Complaint, "module chatty says more than 100 lines a second") || got.State != lab.StateReady {
		t.Errorf("the module is %+v", got)
	}
	mustBeWell(t, h)
}

// mustCage makes a real cage, or skips where the test may not.
func mustCage(t *testing.T, l cage.Limits) func(bool) Cage {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	c, err := cage.New(fmt.Sprintf("labbox-test-%d-%s", os.Getpid(), t.Name()), l)
	if err != nil {
		t.Skip(err)
	}
	if err := c.Enter("probe", 1<<29); err != nil {
		t.Skip("control groups are read-only here: ", err)
	}
	t.Cleanup(func() {
		if err := errors.Join(c.Leave("probe"), c.Close()); err != nil {
			t.Error(err)
		}
	})
	return func(bool) Cage { return c }
}

func TestHogIsHeldBackAndNamed(t *testing.T) {
	t.Parallel()
	o := fakeOptions(t, newRecorder(), "good")
	o.Dir = mustPin(t, "spinning")
	o.Limits.Hog = 300 * time.Millisecond
	o.Cage = mustCage(t, cage.Limits{CPU: 0.3, MemoryBytes: 256 << 20})
	h := mustStart(t, o)
	deadline := time.Now().Add(time.Minute)
	for mustFind(t, h, "spinning").Complaint == "" {
		if time.Now().After(deadline) {
			t.Fatalf("the module that takes all processor time is %+v", mustFind(t, h, "spinning"))
		}
		h.Check(t.Context(), sdk.Target{})
		time.Sleep(10 * time.Millisecond)
	}
	got := mustFind(t, h, "spinning")
	if want := "module spinning wants all the processor time it can get and is held to 0.3 of a core"; got.Complaint != want || got.Limits.CPU != 0.3 || got.MemoryBytes == 0 {
		t.Errorf("the module is %+v, want %q", got, want)
	}
	mustBeWell(t, h)
}

func TestLeakIsEndedAndNamed(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	o := fakeOptions(t, r, "good")
	o.Dir = mustPin(t, "leaky")
	o.Cage = mustCage(t, cage.Limits{MemoryBytes: 96 << 20})
	h := mustStart(t, o)
	h.Check(t.Context(), sdk.Target{})
	e := r.mustSee(t, "leaky", lab.StateFailed, 1)
	if !strings.Contains(e.Error.Message, "module leaky wanted more than the 96 MiB of memory that it may have, and the kernel ended it") {
		t.Errorf("the event is %+v", e.Error)
	}
	r.mustSee(t, "leaky", lab.StateReady, 2)
	mustBeWell(t, h)
}

func TestContentIsLaidOut(t *testing.T) {
	t.Parallel()
	o := fakeOptions(t, newRecorder(), "empty")
	o.Dir = mustPin(t, "once")
	h := mustStart(t, o)
	files, ok := h.Content("once")
	if !ok || len(mustFind(t, h, "once").Content) != 64 {
		t.Fatalf("no content of %+v", mustFind(t, h, "once"))
	}
	if _, ok := h.Content("empty"); ok {
		t.Error("a module that brings nothing has content")
	}
	info, err := os.Stat(filepath.Join(o.ContentDir, "once"))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the content's folder is %v, %v", info, err)
	}
	for name, mode := range map[string]os.FileMode{"lessons/first/lesson.yaml": 0o644, "lessons/first/start.sh": 0o755} {
		f, err := files.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := f.Stat(); err != nil || info.Mode() != mode {
			t.Errorf("%s has mode %v, %v", name, info.Mode(), err)
		}
		_ = f.Close()
	}
	h.Check(t.Context(), sdk.Target{}) // it crashes, and brings the same again
	if _, err := files.Open("lessons/first/lesson.yaml"); err != nil {
		t.Errorf("the content is gone with the process: %v", err)
	}
}
