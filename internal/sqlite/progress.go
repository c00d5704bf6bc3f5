package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// allRuns is more runs of the capstone than anybody makes.
const allRuns = 100_000

// ExportProgress returns all that a learner has done and written. Its Labbox is left
// to the caller.
func (db *DB) ExportProgress(ctx context.Context) (lab.ProgressFile, error) {
	p := lab.ProgressFile{Format: lab.ProgressFormat, Version: lab.ProgressVersion, Exported: time.Now()}
	var errs [8]error
	p.Starts, errs[0] = db.Lessons().Starts(ctx, "")
	p.Ticks, errs[1] = db.Lessons().Ticks(ctx, "")
	p.Attempts, errs[2] = db.Lessons().Attempts(ctx, "")
	p.Hints, errs[3] = db.Lessons().Hints(ctx, "")
	p.Notes, errs[4] = db.Notes().All(ctx)
	p.Reflections, errs[5] = db.Reflections().All(ctx)
	p.Preferences, errs[6] = db.Preferences().All(ctx)
	p.Capstone, errs[7] = db.CapstoneRuns().Recent(ctx, allRuns)
	return p, errors.Join(errs[:]...)
}

// ImportProgress adds p to what is there, all of it or, on an error, nothing. Done
// twice it changes nothing: of two ticks the earlier one stays, of two texts the later
// one, and what the learner prefers here goes on.
func (db *DB) ImportProgress(ctx context.Context, p lab.ProgressFile) (lab.ProgressTaken, error) {
	if err := p.Check(); err != nil {
		return lab.ProgressTaken{}, err
	}
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return lab.ProgressTaken{}, fmt.Errorf("import progress: %w", err)
	}
	in := &importing{tx: tx}
	in.lessons(ctx, p)
	in.taken.Notes = in.texts(ctx, db.Notes().texts, p.Notes)
	in.taken.Reflections = in.texts(ctx, db.Reflections().texts, p.Reflections)
	in.rest(ctx, p)
	if in.err != nil {
		return lab.ProgressTaken{}, fmt.Errorf("import progress: %w", errors.Join(in.err, tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		return lab.ProgressTaken{}, fmt.Errorf("import progress: %w", err)
	}
	return in.taken, nil
}

// importing is one transaction; after its first error it does nothing more.
type importing struct {
	tx    *sql.Tx
	taken lab.ProgressTaken
	err   error
}

// add executes a statement and counts the rows that it changed.
func (in *importing) add(ctx context.Context, count *int64, query string, args ...any) {
	if in.err != nil {
		return
	}
	done, err := in.tx.ExecContext(ctx, query, args...)
	if err != nil {
		in.err = err
		return
	}
	changed, err := done.RowsAffected()
	*count, in.err = *count+changed, err
}

// text is v as JSON.
func (in *importing) text(v any) string {
	out, err := json.Marshal(v)
	if err != nil && in.err == nil {
		in.err = err
	}
	return string(out)
}

func (in *importing) lessons(ctx context.Context, p lab.ProgressFile) {
	for _, s := range p.Starts {
		in.add(ctx, &in.taken.Starts, `INSERT INTO lesson_starts (lesson, time) SELECT ?1, ?2
			WHERE NOT EXISTS (SELECT 1 FROM lesson_starts WHERE lesson = ?1 AND time = ?2)`, s.Lesson, stamp(s.Time))
	}
	for _, t := range p.Ticks {
		in.add(ctx, &in.taken.Ticks, `INSERT INTO lesson_ticks (lesson, task, time, evidence) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET time = excluded.time, evidence = excluded.evidence WHERE excluded.time < time`,
			t.Lesson, t.Task, stamp(t.Time), in.text(t.Evidence))
	}
	for _, a := range p.Attempts {
		in.add(ctx, &in.taken.Attempts, `INSERT INTO lesson_attempts (lesson, task, time, asked, passed, mistake, answer, seen)
			SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
			WHERE NOT EXISTS (SELECT 1 FROM lesson_attempts WHERE lesson = ?1 AND task = ?2 AND time = ?3)`,
			a.Lesson, a.Task, stamp(a.Time), a.Asked, a.Passed, a.Mistake, a.Answer, in.text(a.Seen))
	}
	for _, h := range p.Hints {
		in.add(ctx, &in.taken.Hints, `INSERT INTO lesson_hints (lesson, task, number, time) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			h.Lesson, h.Task, h.Number, stamp(h.Time))
	}
}

// texts imports into a table of texts and counts what was new.
func (in *importing) texts(ctx context.Context, into texts, list []lab.Note) (count int64) {
	for _, n := range list {
		in.add(ctx, &count, fmt.Sprintf(`INSERT INTO %s (%s, text, changed) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET text = excluded.text, changed = excluded.changed WHERE excluded.changed > changed`, into.table, into.key),
			n.Subject, n.Text, stamp(n.Changed))
	}
	return count
}

func (in *importing) rest(ctx context.Context, p lab.ProgressFile) {
	for key, value := range p.Preferences {
		in.add(ctx, &in.taken.Preferences, `INSERT INTO preferences (key, value, changed) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
			key, string(value), stamp(p.Exported))
	}
	for i := len(p.Capstone) - 1; i >= 0; i-- { // the newest comes first in the file
		r := p.Capstone[i]
		in.add(ctx, &in.taken.Capstone, `INSERT INTO capstone_runs (started, finished, passed, result) SELECT ?1, ?2, ?3, ?4
			WHERE NOT EXISTS (SELECT 1 FROM capstone_runs WHERE started = ?1)`, stamp(r.Started), stamp(r.Finished), r.Passed, in.text(r))
	}
}
