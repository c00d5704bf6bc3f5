package app

import (
	"context"
	"encoding/json"

	"github.com/labbox/labbox/internal/lab"
)

// RunCapstone starts a run, hands its events to observe and returns the result
// when it is over. When ctx is done the run goes on without us.
func (r *Remote) RunCapstone(ctx context.Context, observe func(lab.Event)) (lab.CapstoneResult, error) {
	return r.capstone(ctx, "/api/v1/capstone/run", observe)
}

// ResetCapstone removes what the capstone made and returns when that is done.
func (r *Remote) ResetCapstone(ctx context.Context, observe func(lab.Event)) error {
	_, err := r.capstone(ctx, "/api/v1/capstone/reset", observe)
	return err
}

// capstone asks for a run or reset and follows it to its end.
func (r *Remote) capstone(ctx context.Context, path string, observe func(lab.Event)) (lab.CapstoneResult, error) {
	var result lab.CapstoneResult
	st, err := r.Status(ctx)
	if err != nil {
		return result, err
	}
	if err := r.post(ctx, path); err != nil {
		return result, err
	}
	var failed error
	err = r.Events(ctx, st.LastEvent, func(e lab.Event) error {
		if e.Kind != lab.EventCapstone {
			return nil
		}
		observe(e)
		if e.Subject != capstoneRun || e.State == lab.StateRunning {
			return nil
		}
		if len(e.Detail) > 0 {
			failed = json.Unmarshal(e.Detail, &result)
		} else if e.Error != nil {
			failed = e.Error
		}
		return errEnough
	})
	if err == nil {
		err = failed
	}
	return result, err
}
