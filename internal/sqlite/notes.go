package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/labbox/labbox/internal/lab"
)

// Notes is the table of the learner's own texts about lessons.
type Notes struct{ texts }

// Reflections is the table of the answers to the questions of the review.
type Reflections struct{ texts }

// Notes returns the learner's own texts, by lesson.
func (db *DB) Notes() *Notes { return &Notes{texts{db, "notes", "subject"}} }

// Reflections returns the answers to the questions of the review, by question.
func (db *DB) Reflections() *Reflections { return &Reflections{texts{db, "reflections", "question"}} }

// texts is a table of texts under a key.
type texts struct {
	db         *DB
	table, key string // never from outside
}

// Get returns the text of a subject; its Text is empty where there is none.
func (t texts) Get(ctx context.Context, subject string) (lab.Note, error) {
	list, err := t.list(ctx, subject)
	if err != nil || len(list) == 0 {
		return lab.Note{Subject: subject}, err
	}
	return list[0], nil
}

// Put stores n; an empty text removes what was there.
func (t texts) Put(ctx context.Context, n lab.Note) error {
	query := fmt.Sprintf(`INSERT INTO %s (%s, text, changed) VALUES (?, ?, ?)
		ON CONFLICT (%s) DO UPDATE SET text = excluded.text, changed = excluded.changed`, t.table, t.key, t.key)
	args := []any{n.Subject, n.Text, stamp(n.Changed)}
	if n.Text == "" {
		query, args = fmt.Sprintf(`DELETE FROM %s WHERE %s = ?`, t.table, t.key), args[:1]
	}
	if _, err := t.db.write.ExecContext(ctx, query, args...); err != nil {
		return fmt.Errorf("store text %s in %s: %w", n.Subject, t.table, err)
	}
	return nil
}

// All returns every text, by subject.
func (t texts) All(ctx context.Context) ([]lab.Note, error) { return t.list(ctx, "") }

func (t texts) list(ctx context.Context, subject string) ([]lab.Note, error) {
	query := fmt.Sprintf(`SELECT %s, text, changed FROM %s WHERE ?1 = '' OR %s = ?1 ORDER BY 1`, t.key, t.table, t.key)
	list, err := scanAll(ctx, t.db, func(rows *sql.Rows) (n lab.Note, err error) {
		var when string
		if err := rows.Scan(&n.Subject, &n.Text, &when); err != nil {
			return n, err
		}
		n.Changed, err = unstamp(when)
		return n, err
	}, query, subject)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.table, err)
	}
	return list, nil
}
