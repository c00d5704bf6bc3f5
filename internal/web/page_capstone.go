package web

import (
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// historyLimit is how many runs are shown.
const historyLimit = 20

// capstoneData is what the capstone page shows.
type capstoneData struct {
	Running bool
	// CanRun is false while the lab is not ready for it.
	CanRun  bool
	Last    *lab.CapstoneResult
	Steps   []capstoneStep
	Flows   []flow
	History []lab.CapstoneResult
	Summary capstoneSummary
}

// capstoneStep is a step with the evidence of its last run.
type capstoneStep struct {
	Step
	Evidence map[string]any
	Failure  string
}

func (s *Server) pageCapstone(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	data := capstoneData{
		Running: now.CapstoneRunning, CanRun: s.opt.Capstone != nil && s.status.load(ctx).Ready,
		History: s.opt.History(ctx, historyLimit), Summary: s.summarizeCapstone(c, now),
	}
	if s.opt.Capstone != nil {
		if last, ok := s.opt.Capstone.Last(ctx); ok {
			data.Last = &last
		}
	}
	data.Steps = mergeCapstone(now.Capstone, data.Last, data.Running)
	data.Flows = flows(data.Steps, s.flow.load(ctx))
	return s.render(c, content{http.StatusOK, "capstone", now, data})
}

// mergeCapstone takes a finished run as it is, and a running one from its events.
func mergeCapstone(live []Step, last *lab.CapstoneResult, running bool) []capstoneStep {
	out := make([]capstoneStep, 0, len(live))
	if last != nil && !running {
		over := false // after a failure the others were not tried
		for _, step := range last.Steps {
			state := lab.StateFailed
			switch {
			case step.Passed:
				state = lab.StateReady
			case over:
				state = lab.StateStopped
			}
			over = over || !step.Passed
			out = append(out, capstoneStep{
				Step:     Step{ID: step.ID, Title: step.Title, State: state, Seconds: step.Seconds},
				Evidence: step.Evidence, Failure: step.Error,
			})
		}
		for i := len(out); i < len(live); i++ { // steps the run did not come to
			out = append(out, capstoneStep{Step: Step{ID: live[i].ID, Title: live[i].Title, State: lab.StatePending}})
		}
		return out
	}
	for _, step := range live {
		merged := capstoneStep{Step: step}
		var detail lab.CapstoneStep
		if json.Unmarshal(step.Detail, &detail) == nil {
			delete(detail.Evidence, "doing") // shown as progress
			merged.Evidence, merged.Failure = detail.Evidence, detail.Error
		}
		if step.Error != nil && merged.Failure == "" {
			merged.Failure = step.Error.Message
		}
		out = append(out, merged)
	}
	return out
}

// formCapstone does what a button asks and shows the page again.
func (s *Server) formCapstone(do func(echo.Context) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := do(c); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, "/capstone")
	}
}
