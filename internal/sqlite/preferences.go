package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// Preferences is the table of what the learner prefers: named JSON values that move
// with the progress, unlike Settings, which are the lab's own.
type Preferences struct{ db *DB }

// Preferences returns what the learner prefers.
func (db *DB) Preferences() *Preferences { return &Preferences{db: db} }

// All returns every preference by its key.
func (p *Preferences) All(ctx context.Context) (map[string]json.RawMessage, error) {
	type pair struct {
		key   string
		value []byte
	}
	list, err := scanAll(ctx, p.db, func(rows *sql.Rows) (one pair, err error) {
		return one, rows.Scan(&one.key, &one.value)
	}, `SELECT key, value FROM preferences`)
	if err != nil {
		return nil, fmt.Errorf("read preferences: %w", err)
	}
	all := map[string]json.RawMessage{}
	for _, one := range list {
		all[one.key] = one.value
	}
	return all, nil
}

// Put stores v, as JSON, under key; what was there is replaced.
func (p *Preferences) Put(ctx context.Context, key string, v any) error {
	value, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("store preference %s: %w", key, err)
	}
	const query = `INSERT INTO preferences (key, value, changed) VALUES (?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed = excluded.changed`
	if _, err := p.db.write.ExecContext(ctx, query, key, string(value), stamp(time.Now())); err != nil {
		return fmt.Errorf("store preference %s: %w", key, err)
	}
	return nil
}

// Delete removes key; an absent one is no error.
func (p *Preferences) Delete(ctx context.Context, key string) error {
	if _, err := p.db.write.ExecContext(ctx, `DELETE FROM preferences WHERE key = ?`, key); err != nil {
		return fmt.Errorf("delete preference %s: %w", key, err)
	}
	return nil
}
