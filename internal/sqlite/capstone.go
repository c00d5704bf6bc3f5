package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/labbox/labbox/internal/lab"
)

// CapstoneRuns is the table of finished runs of the capstone.
type CapstoneRuns struct{ db *DB }

// Add stores a finished run.
func (c *CapstoneRuns) Add(ctx context.Context, r lab.CapstoneResult) error {
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("store capstone run: %w", err)
	}
	const query = `INSERT INTO capstone_runs (started, finished, passed, result) VALUES (?, ?, ?, ?)`
	if _, err := c.db.write.ExecContext(ctx, query, stamp(r.Started), stamp(r.Finished), r.Passed, string(body)); err != nil {
		return fmt.Errorf("store capstone run: %w", err)
	}
	return nil
}

// Recent returns at most limit runs, the newest first.
func (c *CapstoneRuns) Recent(ctx context.Context, limit int) ([]lab.CapstoneResult, error) {
	rows, err := c.db.read.QueryContext(ctx, `SELECT result FROM capstone_runs ORDER BY id DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read capstone runs: %w", err)
	}
	defer rows.Close()
	runs := []lab.CapstoneResult{}
	for rows.Next() {
		var (
			body []byte
			r    lab.CapstoneResult
		)
		if err := rows.Scan(&body); err != nil {
			return nil, fmt.Errorf("read capstone runs: %w", err)
		}
		if err := json.Unmarshal(body, &r); err != nil {
			return nil, fmt.Errorf("read capstone runs: %w", err)
		}
		runs = append(runs, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read capstone runs: %w", err)
	}
	return runs, nil
}

// Last returns the newest run and whether there is one.
func (c *CapstoneRuns) Last(ctx context.Context) (lab.CapstoneResult, bool, error) {
	runs, err := c.Recent(ctx, 1)
	if err != nil || len(runs) == 0 {
		return lab.CapstoneResult{}, false, err
	}
	return runs[0], true, nil
}

// Clear forgets all runs.
func (c *CapstoneRuns) Clear(ctx context.Context) error {
	if _, err := c.db.write.ExecContext(ctx, `DELETE FROM capstone_runs`); err != nil {
		return fmt.Errorf("forget capstone runs: %w", err)
	}
	return nil
}
