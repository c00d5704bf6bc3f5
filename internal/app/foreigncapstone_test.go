package app

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/modhost"
)

// mustHost starts the named test modules as modules by others.
func mustHost(t *testing.T, names ...string) *modhost.Host {
	t.Helper()
	cfg := DefaultConfig()
	cfg.DataDir = filepath.Join(t.TempDir(), "data")
	for _, name := range names {
		if _, err := AddModule(t.Context(), cfg, mustScript(t, name), false); err != nil {
			t.Fatal(err)
		}
	}
	h := modhost.New(modhost.Options{Dir: Paths{cfg.DataDir}.Modules(), ContentDir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(h.Close)
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestForeignStepsOfTheCapstone(t *testing.T) {
	t.Parallel()
	var events []lab.Event
	log := slog.New(slog.DiscardHandler)
	d := &daemon{cfg: DefaultConfig(), log: log, events: newRecorder(log, func(e lab.Event) { events = append(events, e) })}
	d.modules = mustHost(t, "passing", "broken", "hello", "zealous")
	result := (&capstoneRunner{d: d}).foreignSteps(t.Context(), lab.CapstoneResult{Passed: true, Steps: []lab.CapstoneStep{{ID: "energy", Passed: true}}})
	if result.Passed || len(result.Steps) != 4 || result.Finished.IsZero() {
		t.Fatalf("the result is %+v", result)
	}
	for i, want := range []struct {
		id, fault string
		passed    bool
	}{
		{"energy", "", true},
		{"broken/first", "module broken: no idea", false},
		{"passing/first", "not run, because an earlier step did not pass", false},
		{"zealous/first", "not run, because an earlier step did not pass", false},
	} {
		got := result.Steps[i]
		if got.ID != want.id || got.Passed != want.passed || (want.fault != "" && !strings.Contains(got.Error, want.fault)) {
			t.Errorf("step %d is %+v, want %+v", i, got, want)
		}
	}
	if last := events[len(events)-1]; last.Subject != "broken/first" || last.State != lab.StateFailed {
		t.Errorf("the last event is %+v", last)
	}
}

func TestForeignStepThatComesTrue(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	d := &daemon{cfg: DefaultConfig(), log: log, events: newRecorder(log, nil)}
	d.modules = mustHost(t, "zealous") // it passes when it is asked for the second time
	result := (&capstoneRunner{d: d}).foreignSteps(t.Context(), lab.CapstoneResult{Passed: true})
	if !result.Passed || len(result.Steps) != 1 || result.Steps[0].Evidence["asked"] != int64(2) || result.Steps[0].Title != "Test" {
		t.Errorf("the result is %+v", result)
	}
}
