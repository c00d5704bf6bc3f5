package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/labbox/labbox/internal/lab"
)

// AddTick stores a tick and reports whether it is the task's first; a later one
// changes nothing.
func (l *Lessons) AddTick(ctx context.Context, t lab.LessonTick) (bool, error) {
	evidence, err := json.Marshal(t.Evidence)
	if err != nil {
		return false, fmt.Errorf("store tick of %s/%s: %w", t.Lesson, t.Task, err)
	}
	const query = `INSERT INTO lesson_ticks (lesson, task, time, evidence) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`
	done, err := l.db.write.ExecContext(ctx, query, t.Lesson, t.Task, stamp(t.Time), string(evidence))
	if err != nil {
		return false, fmt.Errorf("store tick of %s/%s: %w", t.Lesson, t.Task, err)
	}
	added, err := done.RowsAffected()
	if err != nil {
		return false, fmt.Errorf("store tick of %s/%s: %w", t.Lesson, t.Task, err)
	}
	return added > 0, nil
}

// Ticks returns the ticks of a lesson, or of all when lesson is empty, oldest first.
func (l *Lessons) Ticks(ctx context.Context, lesson string) ([]lab.LessonTick, error) {
	const query = `SELECT lesson, task, time, evidence FROM lesson_ticks WHERE ?1 = '' OR lesson = ?1 ORDER BY time, lesson, task`
	list, err := scanAll(ctx, l.db, scanTick, query, lesson)
	if err != nil {
		return nil, fmt.Errorf("read ticks: %w", err)
	}
	return list, nil
}

func scanTick(rows *sql.Rows) (t lab.LessonTick, err error) {
	var when string
	var evidence []byte
	if err := rows.Scan(&t.Lesson, &t.Task, &when, &evidence); err != nil {
		return t, err
	}
	if t.Time, err = unstamp(when); err != nil {
		return t, err
	}
	return t, json.Unmarshal(evidence, &t.Evidence)
}
