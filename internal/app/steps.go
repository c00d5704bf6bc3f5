package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/labbox/labbox/internal/lab"
)

// step is a lab.Step with the identifier under which its events appear.
type step struct {
	id    string
	title string
	hint  string // what to try when it fails
	do    func(ctx context.Context, report lab.Report) error
}

// Title says in a few words what the step does.
func (s step) Title() string { return s.title }

// Do makes the move.
func (s step) Do(ctx context.Context, report lab.Report) error { return s.do(ctx, report) }

// runSteps does the steps in order and records each; it ends at the first that
// fails and returns the steps still to do with the error, a lab.Error that names
// the step.
func runSteps(ctx context.Context, rec *recorder, steps []step) ([]step, error) {
	for len(steps) > 0 {
		if err := runStep(ctx, rec, steps[0]); err != nil {
			return steps, err
		}
		steps = steps[1:]
	}
	return nil, nil
}

func runStep(ctx context.Context, rec *recorder, s step) error {
	event := func(state lab.State) lab.Event {
		return lab.Event{Kind: lab.EventStep, Subject: s.id, Title: s.title, State: state}
	}
	rec.Emit(ctx, event(lab.StateRunning))
	err := s.Do(ctx, func(p lab.Progress) {
		e := event(lab.StateRunning)
		e.Progress = &p
		rec.Emit(ctx, e)
	})
	if err == nil {
		rec.Emit(ctx, event(lab.StateReady))
		return nil
	}
	if ctx.Err() != nil {
		rec.Emit(ctx, event(lab.StateStopped))
		return ctx.Err()
	}
	failed := event(lab.StateFailed)
	failed.Error = stepError(s, err)
	rec.Emit(ctx, failed)
	return failed.Error
}

// stepError keeps an error that a person can already act on, and names the step
// and what to try for any other.
func stepError(s step, err error) *lab.Error {
	var e *lab.Error
	if errors.As(err, &e) {
		return e
	}
	hint := s.hint
	if hint == "" {
		hint = "What happened: labbox logs   Going on from here: labbox up"
	}
	return &lab.Error{Code: lab.CodeStep, Hint: hint, Cause: err,
		Message: fmt.Sprintf("step %q failed: %v", s.title, err)}
}
