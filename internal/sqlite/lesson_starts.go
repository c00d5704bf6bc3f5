package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Lessons are the tables of what a learner has done in lessons: starts, ticks,
// attempts and hints. Each has a file of its own.
type Lessons struct{ db *DB }

// Lessons returns the tables of the learner's progress.
func (db *DB) Lessons() *Lessons { return &Lessons{db: db} }

// AddStart stores a start.
func (l *Lessons) AddStart(ctx context.Context, s lab.LessonStart) error {
	const query = `INSERT INTO lesson_starts (lesson, time) VALUES (?, ?)`
	if _, err := l.db.write.ExecContext(ctx, query, s.Lesson, stamp(s.Time)); err != nil {
		return fmt.Errorf("store start of %s: %w", s.Lesson, err)
	}
	return nil
}

// Starts returns the starts of a lesson, or of all when lesson is empty, oldest first.
func (l *Lessons) Starts(ctx context.Context, lesson string) ([]lab.LessonStart, error) {
	const query = `SELECT lesson, time FROM lesson_starts WHERE ?1 = '' OR lesson = ?1 ORDER BY id`
	list, err := scanAll(ctx, l.db, func(rows *sql.Rows) (s lab.LessonStart, err error) {
		var when string
		if err := rows.Scan(&s.Lesson, &when); err != nil {
			return s, err
		}
		s.Time, err = unstamp(when)
		return s, err
	}, query, lesson)
	if err != nil {
		return nil, fmt.Errorf("read starts of lessons: %w", err)
	}
	return list, nil
}

// scanAll reads every row of a query; none is an empty list.
func scanAll[T any](ctx context.Context, db *DB, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := db.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []T{}
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

// unstamp reads what stamp wrote.
func unstamp(text string) (time.Time, error) { return time.Parse(stampLayout, text) }
