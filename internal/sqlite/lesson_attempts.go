package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/labbox/labbox/internal/lab"
)

// AddAttempt stores an attempt.
func (l *Lessons) AddAttempt(ctx context.Context, a lab.LessonAttempt) error {
	seen, err := json.Marshal(a.Seen)
	if err != nil {
		return fmt.Errorf("store attempt at %s/%s: %w", a.Lesson, a.Task, err)
	}
	const query = `INSERT INTO lesson_attempts (lesson, task, time, asked, passed, mistake, answer, seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
	if _, err := l.db.write.ExecContext(ctx, query,
		a.Lesson, a.Task, stamp(a.Time), a.Asked, a.Passed, a.Mistake, a.Answer, string(seen)); err != nil {
		return fmt.Errorf("store attempt at %s/%s: %w", a.Lesson, a.Task, err)
	}
	return nil
}

// Attempts returns the attempts at a lesson, or at all when lesson is empty, oldest
// first.
func (l *Lessons) Attempts(ctx context.Context, lesson string) ([]lab.LessonAttempt, error) {
	const query = `SELECT lesson, task, time, asked, passed, mistake, answer, seen FROM lesson_attempts
		WHERE ?1 = '' OR lesson = ?1 ORDER BY id`
	list, err := scanAll(ctx, l.db, scanAttempt, query, lesson)
	if err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	return list, nil
}

func scanAttempt(rows *sql.Rows) (a lab.LessonAttempt, err error) {
	var when string
	var seen []byte
	if err := rows.Scan(&a.Lesson, &a.Task, &when, &a.Asked, &a.Passed, &a.Mistake, &a.Answer, &seen); err != nil {
		return a, err
	}
	if a.Time, err = unstamp(when); err != nil {
		return a, err
	}
	return a, json.Unmarshal(seen, &a.Seen)
}
