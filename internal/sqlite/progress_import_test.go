package sqlite

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// moved is p as another lab reads it from a file.
func moved(t *testing.T, p lab.ProgressFile) lab.ProgressFile {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var out lab.ProgressFile
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func mustExport(t *testing.T, db *DB) lab.ProgressFile {
	t.Helper()
	p, err := db.ExportProgress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProgressMoves(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	old, fresh := mustOpen(t, filepath.Join(t.TempDir(), "old.db")), mustOpen(t, filepath.Join(t.TempDir(), "new.db"))
	mustProgress(t, old)
	run := lab.CapstoneResult{Passed: true, Started: at(0), Finished: at(1), Steps: []lab.CapstoneStep{{ID: "gitops", Passed: true}}}
	if err := old.CapstoneRuns().Add(ctx, run); err != nil {
		t.Fatal(err)
	}
	file := moved(t, mustExport(t, old))
	taken, err := fresh.ImportProgress(ctx, file)
	if err != nil || taken != (lab.ProgressTaken{Starts: 3, Ticks: 1, Attempts: 3, Hints: 2, Notes: 1, Reflections: 1, Preferences: 1, Capstone: 1}) {
		t.Fatalf("%+v, %v", taken, err)
	}
	got := mustExport(t, fresh)
	got.Exported = file.Exported
	if got = moved(t, got); !reflect.DeepEqual(got, file) {
		t.Errorf("%+v\nwant %+v", got, file)
	}
	if again, err := fresh.ImportProgress(ctx, file); err != nil || again != (lab.ProgressTaken{}) {
		t.Errorf("the second import changes %+v, %v", again, err)
	}
}

// Of two ticks the earlier one stays, of two texts the later one, of two preferences
// the one that is there.
func TestProgressJoins(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := mustOpen(t, filepath.Join(t.TempDir(), "labbox.db"))
	mustProgress(t, db)
	tick := func(when time.Time, by string) lab.LessonTick {
		return lab.LessonTick{Lesson: "gitops/drift", Task: "heal", Tick: lab.Tick{Time: when, Evidence: map[string]any{"by": by}}}
	}
	file := mustExport(t, mustOpen(t, filepath.Join(t.TempDir(), "empty.db")))
	file.Ticks = []lab.LessonTick{tick(at(4), "earlier"), tick(at(50), "later")}
	file.Notes = []lab.Note{{Subject: "gitops/drift", Text: "older", Changed: at(1)}}
	file.Reflections = []lab.Note{{Subject: "role", Text: "newer", Changed: at(59)}}
	file.Preferences = map[string]json.RawMessage{"theme": json.RawMessage(`"light"`)}
	if _, err := db.ImportProgress(ctx, file); err != nil {
		t.Fatal(err)
	}
	got := mustExport(t, db)
	if len(got.Ticks) != 1 || got.Ticks[0].Evidence["by"] != "earlier" {
		t.Errorf("ticks %+v", got.Ticks)
	}
	if got.Notes[0].Text != "self-heal!" || got.Reflections[0].Text != "newer" || string(got.Preferences["theme"]) != `"dark"` {
		t.Errorf("%+v %+v %s", got.Notes, got.Reflections, got.Preferences["theme"])
	}
}

func TestProgressRefusals(t *testing.T) {
	t.Parallel()
	db := mustOpen(t, filepath.Join(t.TempDir(), "labbox.db"))
	mustProgress(t, db)
	before := mustExport(t, db)
	for name, change := range map[string]func(*lab.ProgressFile){
		"another format":  func(p *lab.ProgressFile) { p.Format = "something" },
		"a newer version": func(p *lab.ProgressFile) { p.Version = lab.ProgressVersion + 1 },
		"no version":      func(p *lab.ProgressFile) { p.Version = 0 },
		"a bare tick":     func(p *lab.ProgressFile) { p.Ticks = append(p.Ticks, lab.LessonTick{Lesson: "x/y"}) },
		"a bare start":    func(p *lab.ProgressFile) { p.Starts = append(p.Starts, lab.LessonStart{}) },
		"no JSON":         func(p *lab.ProgressFile) { p.Preferences = map[string]json.RawMessage{"b": json.RawMessage("{")} },
	} {
		t.Run(name, func(t *testing.T) {
			p := mustExport(t, mustOpen(t, filepath.Join(t.TempDir(), "other.db")))
			p.Starts = []lab.LessonStart{{Lesson: "mlops/new", Time: at(30)}}
			change(&p)
			if _, err := db.ImportProgress(t.Context(), p); err == nil {
				t.Error("it was taken over")
			}
		})
	}
	after := mustExport(t, db)
	after.Exported = before.Exported
	if !reflect.DeepEqual(after, before) {
		t.Error("a refused file has left something behind")
	}
}
