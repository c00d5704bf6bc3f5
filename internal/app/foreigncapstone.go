package app

import (
	"context"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/plugins/sdk"
)

// Steps of modules may take a moment to come true, since they look at what the lab's
// own steps have just done.
const (
	foreignStepWithin = 20 * time.Second
	foreignStepEvery  = time.Second
)

// foreignSteps lets the modules by others verify their steps after the lab's own, and
// adds them to the result. After a step that has not passed, they are not asked.
func (c *capstoneRunner) foreignSteps(ctx context.Context, result lab.CapstoneResult) lab.CapstoneResult {
	for _, m := range c.d.modules.List() {
		if m.Builtin || m.State != lab.StateReady {
			continue
		}
		for _, s := range m.Info.Capstone {
			step := lab.CapstoneStep{ID: m.Name + "/" + string(s.Step), Title: s.Title.In("en"), Evidence: map[string]any{}}
			if !result.Passed {
				step.Error = "not run, because an earlier step did not pass"
				result.Steps = append(result.Steps, step)
				continue
			}
			step = c.foreignStep(ctx, m.Name, step)
			result.Steps = append(result.Steps, step)
			result.Passed = step.Passed
		}
	}
	result.Finished = time.Now()
	return result
}

// foreignStep asks until the step has passed or its time is over.
func (c *capstoneRunner) foreignStep(ctx context.Context, module string, step lab.CapstoneStep) lab.CapstoneStep {
	began := time.Now()
	running := step
	running.Evidence = map[string]any{"doing": "asking module " + module}
	c.emit(ctx, running)
	for {
		verdict, err := c.d.modules.Verify(ctx, module, c.d.target(ctx), sdk.StepID(strings.TrimPrefix(step.ID, module+"/")))
		step.Passed, step.Seconds = err == nil && verdict.Passed, time.Since(began).Seconds()
		switch {
		case err != nil:
			step.Error = err.Error()
		case verdict.Passed:
			step.Error = ""
			for name, value := range verdict.Evidence {
				step.Evidence[name] = value
			}
		default:
			step.Error = "seen: " + verdict.Seen + "; expected: " + verdict.Expected
		}
		if step.Passed || err != nil || time.Since(began) > foreignStepWithin {
			break
		}
		select {
		case <-ctx.Done():
			return step
		case <-time.After(foreignStepEvery):
		}
	}
	c.emit(ctx, step)
	return step
}
