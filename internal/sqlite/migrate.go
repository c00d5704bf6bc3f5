package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migration is one numbered step of the schema.
type migration struct {
	version int
	name    string
	sql     string
}

// migrate applies what is missing, in order, and records each.
func migrate(ctx context.Context, db *sql.DB, file string) error {
	known, err := loadMigrations(migrations)
	if err != nil {
		return err
	}
	const ledger = `CREATE TABLE IF NOT EXISTS migrations (
		version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied TEXT NOT NULL)`
	if _, err := db.ExecContext(ctx, ledger); err != nil {
		return fmt.Errorf("prepare migrations of %s: %w", file, err)
	}
	var current int
	if err := db.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM migrations`).Scan(&current); err != nil {
		return fmt.Errorf("read schema version of %s: %w", file, err)
	}
	if newest := known[len(known)-1].version; current > newest {
		return lab.Errorf(lab.CodeConfig,
			"use the labbox that wrote it, or start afresh with: labbox down --purge",
			"%s was written by a newer labbox: its schema is %d, this program knows %d", file, current, newest)
	}
	for _, m := range known {
		if m.version <= current {
			continue
		}
		if err := apply(ctx, db, m); err != nil {
			return fmt.Errorf("apply migration %s to %s: %w", m.name, file, err)
		}
	}
	return nil
}

func apply(ctx context.Context, db *sql.DB, m migration) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, m.sql); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	const record = `INSERT INTO migrations (version, name, applied) VALUES (?, ?, ?)`
	if _, err := tx.ExecContext(ctx, record, m.version, m.name, stamp(time.Now())); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// loadMigrations reads files named NNNN_words.sql; numbers begin at 1 without gap.
func loadMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	out := make([]migration, 0, len(names))
	for i, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "_")
		version, err := strconv.Atoi(number)
		if err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %s: expected a name that begins with %04d_", name, i+1)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read migration: %w", err)
		}
		out = append(out, migration{version: version, name: path.Base(name), sql: string(text)})
	}
	if len(out) == 0 {
		return nil, errors.New("no migrations found")
	}
	return out, nil
}

// stampLayout sorts as text and keeps nanoseconds.
const stampLayout = "2006-01-02T15:04:05.000000000Z07:00"

func stamp(t time.Time) string { return t.UTC().Format(stampLayout) }
