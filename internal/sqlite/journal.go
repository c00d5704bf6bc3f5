package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/labbox/labbox/internal/lab"
)

const (
	// keepEvents bounds the journal: beyond the newest so many, only the last
	// event of each subject and state is kept, so that no state is ever forgotten.
	keepEvents = 5000
	// pruneEvery is the number of appends between two prunings.
	pruneEvery = 500
	// page is how many events a subscription reads at once.
	page = 256
)

// Journal is the table of events. It implements lab.Journal.
type Journal struct {
	db   *DB
	keep int64

	mu       sync.Mutex
	appended int
	// changed is closed and replaced at every append.
	changed chan struct{}
	closed  chan struct{}
	once    sync.Once
}

var _ lab.Journal = (*Journal)(nil)

func newJournal(db *DB) *Journal {
	return &Journal{db: db, keep: keepEvents, changed: make(chan struct{}), closed: make(chan struct{})}
}

// Append stores e, whose ID is ignored, and returns the ID it was given. IDs grow
// for as long as the file lives.
func (j *Journal) Append(ctx context.Context, e lab.Event) (int64, error) {
	e.ID = 0
	body, err := json.Marshal(e)
	if err != nil {
		return 0, fmt.Errorf("append event %s/%s: %w", e.Kind, e.Subject, err)
	}
	const insert = `INSERT INTO events (time, kind, subject, state, body) VALUES (?, ?, ?, ?, ?)`
	done, err := j.db.write.ExecContext(ctx, insert,
		stamp(e.Time), string(e.Kind), e.Subject, string(e.State), string(body))
	if err != nil {
		return 0, fmt.Errorf("append event %s/%s: %w", e.Kind, e.Subject, err)
	}
	id, err := done.LastInsertId()
	if err != nil {
		return 0, fmt.Errorf("append event %s/%s: %w", e.Kind, e.Subject, err)
	}
	if j.wake() {
		return id, j.prune(ctx, id)
	}
	return id, nil
}

// Since returns at most limit events with an ID greater than id, in order. An id
// beyond the newest event is one of an earlier database and counts as 0.
func (j *Journal) Since(ctx context.Context, id int64, limit int) ([]lab.Event, error) {
	const query = `SELECT id, body FROM events
		WHERE id > CASE WHEN ?1 > (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events')
			THEN 0 ELSE ?1 END
		ORDER BY id LIMIT ?2`
	rows, err := j.db.read.QueryContext(ctx, query, id, limit)
	if err != nil {
		return nil, fmt.Errorf("read events since %d: %w", id, err)
	}
	defer rows.Close()
	events := []lab.Event{}
	for rows.Next() {
		var (
			number int64
			body   []byte
			e      lab.Event
		)
		if err := rows.Scan(&number, &body); err != nil {
			return nil, fmt.Errorf("read events since %d: %w", id, err)
		}
		if err := json.Unmarshal(body, &e); err != nil {
			return nil, fmt.Errorf("read event %d: %w", number, err)
		}
		e.ID = number
		events = append(events, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read events since %d: %w", id, err)
	}
	return events, nil
}

// Subscribe delivers the events after since and then every new one, in order and
// without gap, until ctx is done or the database is closed; then the channel is
// closed. A slow reader delays nobody: events wait in the table, not in memory.
func (j *Journal) Subscribe(ctx context.Context, since int64) <-chan lab.Event {
	out := make(chan lab.Event)
	go func() {
		defer close(out)
		for last := since; ; {
			changed := j.watch()
			events, err := j.Since(ctx, last, page)
			if err != nil {
				return
			}
			for _, e := range events {
				select {
				case out <- e:
					last = e.ID
				case <-ctx.Done():
					return
				case <-j.closed:
					return
				}
			}
			if len(events) == page {
				continue
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			case <-j.closed:
				return
			}
		}
	}()
	return out
}

// wake tells all subscriptions of an append and reports whether to prune.
func (j *Journal) wake() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	close(j.changed)
	j.changed = make(chan struct{})
	j.appended++
	return j.appended%pruneEvery == 0
}

func (j *Journal) watch() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.changed
}

func (j *Journal) prune(ctx context.Context, newest int64) error {
	const query = `DELETE FROM events WHERE id <= ? AND id NOT IN
		(SELECT max(id) FROM events GROUP BY kind, subject, state)`
	if _, err := j.db.write.ExecContext(ctx, query, newest-j.keep); err != nil {
		return fmt.Errorf("prune events: %w", err)
	}
	return nil
}

func (j *Journal) close() { j.once.Do(func() { close(j.closed) }) }
