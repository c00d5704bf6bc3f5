package capstone

import (
	"context"
	"fmt"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Reset removes everything that runs of the capstone have made: function,
// applications and what they brought, Jobs, models, runs and the platform repository.
// What does not exist is no error, so an interrupted Reset can be repeated.
func (c *Capstone) Reset(ctx context.Context) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	j := &job{systems: c.systems(), facts: &facts{}, evidence: evidence{}, log: c.opt.Log, say: func(string) {}}
	moves := []struct {
		what string
		do   func(ctx context.Context) error
	}{
		{"remove function classify", func(ctx context.Context) error { return j.gateway.remove(ctx, functionName) }},
		{"remove the applications", j.removeApps},
		{"remove the pipeline's jobs", j.removeJobs},
		{"remove model and runs from MLflow", func(ctx context.Context) error {
			return j.mlflow.forget(ctx, time.Now().UTC().Format("20060102T150405"))
		}},
		{"remove the platform repository", j.repo.remove},
	}
	for _, m := range moves {
		c.opt.Log.Info("capstone reset", "doing", m.what)
		if err := m.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", m.what, err)
		}
	}
	return nil
}

// removeApps deletes the root application; Argo CD then deletes its children and all
// they have brought, before the applications themselves vanish.
func (j *job) removeApps(ctx context.Context) error {
	for _, name := range append([]string{rootApp}, childApps()...) {
		if err := j.gone(ctx, appRef(name)); err != nil {
			return err
		}
	}
	if err := j.gone(ctx, secretRef()); err != nil {
		return err
	}
	return j.gone(ctx, lab.ObjectRef{APIVersion: "v1", Kind: "Namespace", Name: modelSpace})
}

func (j *job) removeJobs(ctx context.Context) error {
	for _, stage := range []string{"train", "evaluate", "register"} {
		if err := j.gone(ctx, jobRef("digits-"+stage)); err != nil {
			return err
		}
	}
	return nil
}
