package sqlite

import (
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/labtest"
)

func mustOpen(t *testing.T, path string) *DB {
	t.Helper()
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func newPath(t *testing.T) string { return filepath.Join(t.TempDir(), "a b?ü#.db") }

func TestJournalContract(t *testing.T) {
	t.Parallel()
	labtest.TestJournal(t, func(t *testing.T) labtest.LiveJournal { return mustOpen(t, newPath(t)).Journal() })
}

func TestPragmas(t *testing.T) {
	t.Parallel()
	db := mustOpen(t, newPath(t))
	for pragma, want := range map[string]string{"journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		if err := db.read.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", pragma, got, err, want)
		}
	}
}

func TestReopenKeepsEverything(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	first, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Journal().Append(t.Context(), lab.Event{Kind: lab.EventLab, Subject: "lab"}); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	events, err := mustOpen(t, path).Journal().Since(t.Context(), 0, 10)
	if err != nil || len(events) != 1 {
		t.Fatalf("after reopening: %v, %v", events, err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.write.Exec(`INSERT INTO migrations VALUES (999, 'future', '')`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), path)
	if e := lab.AsError(err); e.Code != lab.CodeConfig || e.Hint == "" {
		t.Fatalf("got %v, want a refusal with a hint", err)
	}
}

func TestMigrationNames(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]fstest.MapFS{
		"none": {}, "gap": {"migrations/0002_b.sql": {}}, "no number": {"migrations/init.sql": {}},
	} {
		if _, err := loadMigrations(files); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestPruneKeepsTheLastOfEachState(t *testing.T) {
	t.Parallel()
	j := mustOpen(t, newPath(t)).Journal()
	j.keep = 10
	add := func(subject string, state lab.State) {
		if _, err := j.Append(t.Context(), lab.Event{Kind: lab.EventStep, Subject: subject, State: state}); err != nil {
			t.Fatal(err)
		}
	}
	add("boot", lab.StateRunning)
	add("boot", lab.StateReady)
	for range pruneEvery - 2 {
		add("live", lab.StateRunning)
	}
	events, err := j.Since(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if len(events) != 12 || events[0].State != lab.StateRunning || events[1].State != lab.StateReady {
		t.Fatalf("%d events are left, the first %+v", len(events), events[:2])
	}
	if events[11].ID != pruneEvery {
		t.Fatalf("the newest is %d, want %d", events[11].ID, pruneEvery)
	}
}

func TestCloseEndsSubscriptions(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), newPath(t))
	if err != nil {
		t.Fatal(err)
	}
	live := db.Journal().Subscribe(t.Context(), 0)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-live:
	case <-time.After(10 * time.Second):
		t.Fatal("subscription outlives the database")
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, newPath(t)).Settings()
	got := "untouched"
	if found, err := s.Get(t.Context(), "language", &got); found || err != nil || got != "untouched" {
		t.Fatalf("absent key: %v, %v, %q", found, err, got)
	}
	for _, want := range []string{"de", "en"} {
		if err := s.Put(t.Context(), "language", want); err != nil {
			t.Fatal(err)
		}
		if found, err := s.Get(t.Context(), "language", &got); !found || err != nil || got != want {
			t.Fatalf("got %v, %v, %q; want %q", found, err, got, want)
		}
	}
	if err := s.Put(t.Context(), "bad", func() {}); err == nil {
		t.Fatal("a function was stored")
	}
	for range 2 {
		if err := s.Delete(t.Context(), "language"); err != nil {
			t.Fatal(err)
		}
	}
	if found, _ := s.Get(t.Context(), "language", &got); found {
		t.Fatal("found after Delete")
	}
}

func TestCapstoneRuns(t *testing.T) {
	t.Parallel()
	runs := mustOpen(t, newPath(t)).CapstoneRuns()
	if _, found, err := runs.Last(t.Context()); found || err != nil {
		t.Fatalf("empty: %v, %v", found, err)
	}
	began := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i := range 3 {
		r := lab.CapstoneResult{Passed: i == 2, Started: began.Add(time.Duration(i) * time.Hour), Steps: []lab.CapstoneStep{
			{ID: "a", Evidence: map[string]any{"commit": "abc"}},
		}}
		if err := runs.Add(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	last, found, err := runs.Last(t.Context())
	if err != nil || !found || !last.Passed || last.Steps[0].Evidence["commit"] != "abc" {
		t.Fatalf("Last = %+v, %v, %v", last, found, err)
	}
	recent, err := runs.Recent(t.Context(), 2)
	if err != nil || len(recent) != 2 || !recent[0].Started.After(recent[1].Started) {
		t.Fatalf("Recent = %+v, %v", recent, err)
	}
	if err := runs.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, found, _ := runs.Last(t.Context()); found {
		t.Fatal("found after Clear")
	}
}
