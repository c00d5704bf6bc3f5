package sqlite

import (
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// at is a moment with nanoseconds, so that a lost digit shows.
func at(minutes int) time.Time {
	return time.Date(2026, 3, 1, 12, minutes, 0, 123456789, time.UTC)
}

// mustProgress stores something in each table of the learner's progress.
func mustProgress(t *testing.T, db *DB) {
	t.Helper()
	ctx, lessons := t.Context(), db.Lessons()
	for _, err := range []error{
		lessons.AddStart(ctx, lab.LessonStart{Lesson: "gitops/drift", Time: at(0)}),
		lessons.AddStart(ctx, lab.LessonStart{Lesson: "mlops/gate", Time: at(1)}),
		lessons.AddStart(ctx, lab.LessonStart{Lesson: "gitops/drift", Time: at(9)}),
		lessons.AddAttempt(ctx, lab.LessonAttempt{Lesson: "gitops/drift", Task: "heal", Time: at(2), Mistake: "by-hand", Seen: lab.Text{DE: "3", EN: "three"}}),
		lessons.AddAttempt(ctx, lab.LessonAttempt{Lesson: "gitops/drift", Task: "why", Time: at(3), Asked: true, Passed: true, Answer: "b"}),
		lessons.AddAttempt(ctx, lab.LessonAttempt{Lesson: "mlops/gate", Task: "run", Time: at(4)}),
		lessons.AddHint(ctx, lab.LessonHint{Lesson: "gitops/drift", Task: "heal", Number: 1, Time: at(5)}),
		lessons.AddHint(ctx, lab.LessonHint{Lesson: "gitops/drift", Task: "heal", Number: 1, Time: at(6)}),
		lessons.AddHint(ctx, lab.LessonHint{Lesson: "gitops/drift", Task: "heal", Number: 0, Time: at(7)}),
		db.Notes().Put(ctx, lab.Note{Subject: "gitops/drift", Text: "self-heal!", Changed: at(8)}),
		db.Reflections().Put(ctx, lab.Note{Subject: "role", Text: "Prüfer", Changed: at(8)}),
		db.Preferences().Put(ctx, "theme", "dark"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []bool{true, false} {
		added, err := lessons.AddTick(ctx, lab.LessonTick{Lesson: "gitops/drift", Task: "heal",
			Tick: lab.Tick{Time: at(10 + i), Evidence: map[string]any{"revision": "abc", "pods": []any{"a", "b"}, "n": float64(i)}}})
		if err != nil || added != want {
			t.Fatalf("tick %d: %v, %v; want %v", i, added, err, want)
		}
	}
}

func TestProgressSurvivesARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "labbox.db")
	first, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	mustProgress(t, first)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	db := mustOpen(t, path)
	ctx, lessons := t.Context(), db.Lessons()
	same := func(what string, got any, err error, want any) {
		t.Helper()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", what, err, got, want)
		}
	}
	starts, err := lessons.Starts(ctx, "gitops/drift")
	same("starts", starts, err, []lab.LessonStart{{Lesson: "gitops/drift", Time: at(0)}, {Lesson: "gitops/drift", Time: at(9)}})
	all, err := lessons.Starts(ctx, "")
	same("all starts", len(all), err, 3)
	ticks, err := lessons.Ticks(ctx, "")
	same("ticks", ticks, err, []lab.LessonTick{{Lesson: "gitops/drift", Task: "heal",
		Tick: lab.Tick{Time: at(10), Evidence: map[string]any{"revision": "abc", "pods": []any{"a", "b"}, "n": float64(0)}}}})
	none, err := lessons.Ticks(ctx, "mlops/gate")
	same("ticks of another lesson", none, err, []lab.LessonTick{})
	attempts, err := lessons.Attempts(ctx, "gitops/drift")
	same("attempts", attempts, err, []lab.LessonAttempt{
		{Lesson: "gitops/drift", Task: "heal", Time: at(2), Mistake: "by-hand", Seen: lab.Text{DE: "3", EN: "three"}},
		{Lesson: "gitops/drift", Task: "why", Time: at(3), Asked: true, Passed: true, Answer: "b"}})
	hints, err := lessons.Hints(ctx, "gitops/drift")
	same("hints", hints, err, []lab.LessonHint{{Lesson: "gitops/drift", Task: "heal", Number: 0, Time: at(7)},
		{Lesson: "gitops/drift", Task: "heal", Number: 1, Time: at(5)}})
	note, err := db.Notes().Get(ctx, "gitops/drift")
	same("note", note, err, lab.Note{Subject: "gitops/drift", Text: "self-heal!", Changed: at(8)})
	reflections, err := db.Reflections().All(ctx)
	same("reflections", reflections, err, []lab.Note{{Subject: "role", Text: "Prüfer", Changed: at(8)}})
	preferences, err := db.Preferences().All(ctx)
	same("preferences", string(preferences["theme"]), err, `"dark"`)
}

func TestNotesAreReplacedAndRemoved(t *testing.T) {
	t.Parallel()
	notes := mustOpen(t, newPath(t)).Notes()
	for _, want := range []string{"one", "two", ""} {
		if err := notes.Put(t.Context(), lab.Note{Subject: "x", Text: want, Changed: at(0)}); err != nil {
			t.Fatal(err)
		}
		if got, err := notes.Get(t.Context(), "x"); err != nil || got.Text != want {
			t.Fatalf("got %q, %v; want %q", got.Text, err, want)
		}
	}
	if all, err := notes.All(t.Context()); err != nil || len(all) != 0 {
		t.Fatalf("after an empty text: %v, %v", all, err)
	}
}

func TestPreferences(t *testing.T) {
	t.Parallel()
	p := mustOpen(t, newPath(t)).Preferences()
	for _, err := range []error{p.Put(t.Context(), "theme", "dark"), p.Put(t.Context(), "theme", "light"), p.Put(t.Context(), "lang", "de"), p.Delete(t.Context(), "lang"), p.Delete(t.Context(), "lang")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if all, err := p.All(t.Context()); err != nil || len(all) != 1 || string(all["theme"]) != `"light"` {
		t.Fatalf("got %v, %v", all, err)
	}
	if p.Put(t.Context(), "bad", func() {}) == nil {
		t.Fatal("a function was stored")
	}
}
