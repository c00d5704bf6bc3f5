package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Settings is the table of named JSON values.
type Settings struct{ db *DB }

// Get reads the value of key into v and reports whether there is one; v is left
// alone when there is none.
func (s *Settings) Get(ctx context.Context, key string, v any) (bool, error) {
	var value []byte
	err := s.db.read.QueryRowContext(ctx, `SELECT value FROM settings WHERE key = ?`, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(value, v)
	}
	if err != nil {
		return false, fmt.Errorf("read setting %s: %w", key, err)
	}
	return true, nil
}

// Put stores v, as JSON, under key; what was there is replaced.
func (s *Settings) Put(ctx context.Context, key string, v any) error {
	value, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("store setting %s: %w", key, err)
	}
	const query = `INSERT INTO settings (key, value, changed) VALUES (?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed = excluded.changed`
	if _, err := s.db.write.ExecContext(ctx, query, key, string(value), stamp(time.Now())); err != nil {
		return fmt.Errorf("store setting %s: %w", key, err)
	}
	return nil
}

// Delete removes key; an absent one is no error.
func (s *Settings) Delete(ctx context.Context, key string) error {
	if _, err := s.db.write.ExecContext(ctx, `DELETE FROM settings WHERE key = ?`, key); err != nil {
		return fmt.Errorf("delete setting %s: %w", key, err)
	}
	return nil
}
