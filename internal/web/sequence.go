package web

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Step is where one step of "labbox up" or of the capstone stands.
type Step struct {
	ID       string        `json:"id"`
	Title    string        `json:"title,omitempty"`
	State    lab.State     `json:"state"`
	Progress *lab.Progress `json:"progress,omitempty"`
	Error    *lab.Error    `json:"error,omitempty"`
	Started  *time.Time    `json:"started,omitempty"`
	// Seconds the step took, or has been running for.
	Seconds float64         `json:"seconds,omitempty"`
	Detail  json.RawMessage `json:"detail,omitempty"`
}

// sequence folds events into steps that follow one another. It is not safe for
// concurrent use.
//
// A step that begins anew takes all later ones back to pending: that is how a
// second run shows. A step nobody spoke of, before one that was reached, is done.
type sequence struct{ steps []Step }

func newSequence(infos []StepInfo) *sequence {
	s := &sequence{}
	for _, info := range infos {
		s.steps = append(s.steps, Step{ID: info.ID, Title: info.Title, State: lab.StatePending})
	}
	return s
}

// apply folds e in and reports whether it is about one of the steps.
func (s *sequence) apply(e lab.Event) bool {
	at := slices.IndexFunc(s.steps, func(step Step) bool { return step.ID == e.Subject })
	if at < 0 {
		return false
	}
	step := &s.steps[at]
	if e.State == lab.StateRunning && step.State != lab.StateRunning {
		s.resetFrom(at)
		began := e.Time
		step.Started = &began
	}
	if e.State != "" {
		step.State = e.State
	}
	if e.Title != "" {
		step.Title = e.Title
	}
	step.Progress, step.Error = e.Progress, e.Error
	if len(e.Detail) > 0 {
		step.Detail = e.Detail
	}
	if step.Started != nil && e.State != lab.StateRunning {
		step.Seconds = max(0, e.Time.Sub(*step.Started).Seconds())
	}
	for i := range at {
		if s.steps[i].State == lab.StatePending {
			s.steps[i].State = lab.StateReady
		}
	}
	return true
}

// grow adds a step that was not known before: one of a module by others, whose
// identifier is "<module>/<step>".
func (s *sequence) grow(e lab.Event) {
	if !slices.ContainsFunc(s.steps, func(step Step) bool { return step.ID == e.Subject }) {
		s.steps = append(s.steps, Step{ID: e.Subject, Title: e.Title, State: lab.StatePending})
	}
}

func (s *sequence) resetFrom(at int) {
	for i := at; i < len(s.steps); i++ {
		s.steps[i] = Step{ID: s.steps[i].ID, Title: s.steps[i].Title, State: lab.StatePending}
	}
}

// stopRunning marks what was under way as stopped: its process is gone.
func (s *sequence) stopRunning() {
	for i := range s.steps {
		if s.steps[i].State == lab.StateRunning {
			s.steps[i].State = lab.StateStopped
		}
	}
}

// snapshot returns a copy in which running steps have their time so far.
func (s *sequence) snapshot(now time.Time) []Step {
	out := slices.Clone(s.steps)
	for i := range out {
		if out[i].State == lab.StateRunning && out[i].Started != nil {
			out[i].Seconds = max(0, now.Sub(*out[i].Started).Seconds())
		}
	}
	return out
}

// countReady returns how many steps are done.
func countReady(steps []Step) int {
	n := 0
	for _, step := range steps {
		if step.State == lab.StateReady {
			n++
		}
	}
	return n
}
