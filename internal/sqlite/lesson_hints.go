package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/labbox/labbox/internal/lab"
)

// AddHint stores that a hint was taken; the first time counts.
func (l *Lessons) AddHint(ctx context.Context, h lab.LessonHint) error {
	const query = `INSERT INTO lesson_hints (lesson, task, number, time) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`
	if _, err := l.db.write.ExecContext(ctx, query, h.Lesson, h.Task, h.Number, stamp(h.Time)); err != nil {
		return fmt.Errorf("store hint for %s/%s: %w", h.Lesson, h.Task, err)
	}
	return nil
}

// Hints returns the hints taken in a lesson, or in all when lesson is empty, by task
// and number.
func (l *Lessons) Hints(ctx context.Context, lesson string) ([]lab.LessonHint, error) {
	const query = `SELECT lesson, task, number, time FROM lesson_hints WHERE ?1 = '' OR lesson = ?1 ORDER BY lesson, task, number`
	list, err := scanAll(ctx, l.db, func(rows *sql.Rows) (h lab.LessonHint, err error) {
		var when string
		if err := rows.Scan(&h.Lesson, &h.Task, &h.Number, &when); err != nil {
			return h, err
		}
		h.Time, err = unstamp(when)
		return h, err
	}, query, lesson)
	if err != nil {
		return nil, fmt.Errorf("read hints: %w", err)
	}
	return list, nil
}
