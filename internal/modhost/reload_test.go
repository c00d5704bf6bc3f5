package modhost

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

func TestReload(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	o := fakeOptions(t, r, "good")
	o.Dir = mustPin(t, "tidy", "wordy")
	h := mustStart(t, o)
	good, tidy := mustFind(t, h, "good").PID, mustFind(t, h, "tidy").PID
	pins, err := ReadPins(o.Dir)
	if err != nil {
		t.Fatal(err)
	}
	other := mustPin(t, "empty")
	more, err := ReadPins(other)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(other, "empty"), filepath.Join(o.Dir, "empty")); err != nil {
		t.Fatal(err)
	}
	delete(pins, "wordy")
	pins["empty"] = more["empty"]
	if err := WritePins(o.Dir, pins); err != nil {
		t.Fatal(err)
	}
	if err := h.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if mustFind(t, h, "good").PID != good || mustFind(t, h, "tidy").PID != tidy {
		t.Error("a module that is as it was has been restarted")
	}
	if s := mustFind(t, h, "empty"); s.State != lab.StateReady {
		t.Errorf("the new module is %+v", s)
	}
	if len(h.List()) != 3 {
		t.Errorf("the modules are %+v", h.List())
	}
	r.mustSee(t, "wordy", lab.StateStopped, 1)
	h.Close()
	if err := h.Reload(t.Context()); lab.AsError(err).Code != lab.CodeNotReady {
		t.Errorf("Reload after Close returns %v", err)
	}
}

// TestHotReload measures from the change of the file to the new process being ready.
func TestHotReload(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	o := fakeOptions(t, r)
	o.Dir = t.TempDir()
	program := filepath.Join(t.TempDir(), "tidy")
	write := func(version int) {
		script := fmt.Sprintf("#!/bin/sh\n# version %d\nexec %s module-serve tidy %s\n", version, mustSelf(t), o.Dir)
		mustWrite(t, program+".new", script)
		if err := os.Rename(program+".new", program); err != nil {
			t.Fatal(err)
		}
	}
	write(1)
	if err := WritePins(o.Dir, map[string]Pin{"tidy": {File: program, Dev: true}}); err != nil {
		t.Fatal(err)
	}
	h := mustStart(t, o)
	first := mustFind(t, h, "tidy")
	if !first.Dev || first.State != lab.StateReady {
		t.Fatalf("the module is %+v", first)
	}
	began := time.Now()
	write(22)
	e := r.mustSee(t, "tidy", lab.StateReady, 2)
	took := e.Time.Sub(began)
	t.Logf("hot reload took %s", took)
	if mustFind(t, h, "tidy").PID == first.PID || took > 5*time.Second { // one second, on a machine that does nothing else
		t.Errorf("after %s: %+v", took, mustFind(t, h, "tidy"))
	}
	mustWrite(t, program, "#!/bin/sh\nexit 7\n")
	r.mustSee(t, "tidy", lab.StateFailed, 1)
	write(333)
	r.mustSee(t, "tidy", lab.StateReady, 3)
}
