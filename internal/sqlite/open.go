package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// readers is the number of connections that read side by side.
const readers = 4

// DB is an open database. It is safe for concurrent use.
type DB struct {
	write *sql.DB
	read  *sql.DB

	journal *Journal
}

// Open opens the database file at path, creates it when absent, and brings its
// schema up to date. A file written by a newer labbox is refused with a lab.Error
// and left as it is. The caller closes the DB.
func Open(ctx context.Context, path string) (*DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	write, err := connect(ctx, abs, 1)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	if err := migrate(ctx, write, path); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	read, err := connect(ctx, abs, readers)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s for reading: %w", path, err), write.Close())
	}
	db := &DB{write: write, read: read}
	db.journal = newJournal(db)
	return db, nil
}

// Close ends all subscriptions and closes the file. What was written before is safe.
func (db *DB) Close() error {
	db.journal.close()
	if err := errors.Join(db.read.Close(), db.write.Close()); err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

// Journal returns the journal of events; always the same one.
func (db *DB) Journal() *Journal { return db.journal }

// Settings returns the key-value settings.
func (db *DB) Settings() *Settings { return &Settings{db: db} }

// CapstoneRuns returns the history of the capstone.
func (db *DB) CapstoneRuns() *CapstoneRuns { return &CapstoneRuns{db: db} }

func connect(ctx context.Context, path string, connections int) (*sql.DB, error) {
	pragmas := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(5000)",
		"journal_mode(WAL)",
		"synchronous(NORMAL)",
		"foreign_keys(1)",
	}}
	source := url.URL{Scheme: "file", Path: path, RawQuery: pragmas.Encode()}
	db, err := sql.Open("sqlite", source.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}
