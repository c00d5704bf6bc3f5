package app

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/labbox/labbox/internal/capstone"
	"github.com/labbox/labbox/internal/image"
	"github.com/labbox/labbox/internal/lab"
)

// capstoneRunner runs the capstone in the background, one run at a time, records
// its steps as events and keeps its results.
type capstoneRunner struct {
	d    *daemon
	mu   sync.Mutex
	busy bool
	wg   sync.WaitGroup
}

func newCapstoneRunner(d *daemon) *capstoneRunner { return &capstoneRunner{d: d} }

// Run starts a run and returns at once; CodeRunning when one is under way,
// CodeNotReady when the lab is not ready for it.
func (c *capstoneRunner) Run(ctx context.Context) error {
	return c.start(ctx, func(ctx context.Context, work *capstone.Capstone) error {
		result, err := work.Run(ctx, func(s lab.CapstoneStep) { c.emit(ctx, s) })
		if err != nil {
			return err
		}
		result = c.foreignSteps(ctx, result)
		if err := c.d.store.CapstoneRuns().Add(ctx, result); err != nil {
			return err
		}
		return c.finish(ctx, result)
	})
}

// Reset removes what the capstone made, in the background.
func (c *capstoneRunner) Reset(ctx context.Context) error {
	return c.start(ctx, func(ctx context.Context, work *capstone.Capstone) error {
		c.d.events.Emit(ctx, lab.Event{Kind: lab.EventCapstone, Subject: "reset", Title: "Remove what the capstone made", State: lab.StateRunning})
		if err := work.Reset(ctx); err != nil {
			return err
		}
		c.d.events.Emit(ctx, lab.Event{Kind: lab.EventCapstone, Subject: "reset", Title: "Remove what the capstone made", State: lab.StateReady})
		if err := c.d.store.CapstoneRuns().Clear(ctx); err != nil {
			return err
		}
		return c.finish(ctx, lab.CapstoneResult{Passed: true})
	})
}

// Last returns the newest result, and whether there is one.
func (c *capstoneRunner) Last(ctx context.Context) (lab.CapstoneResult, bool) {
	result, found, err := c.d.store.CapstoneRuns().Last(ctx)
	if err != nil {
		c.d.log.Error("read the last run of the capstone", "error", err)
	}
	return result, found
}

// History returns at most limit results, newest first.
func (c *capstoneRunner) History(ctx context.Context, limit int) []lab.CapstoneResult {
	results, err := c.d.store.CapstoneRuns().Recent(ctx, limit)
	if err != nil {
		c.d.log.Error("read earlier runs of the capstone", "error", err)
	}
	return results
}

// wait blocks until no run is under way, or ctx is done. The daemon's stop ends a
// run; what it writes on the way needs the database.
func (c *capstoneRunner) wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.wg.Wait()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// start lets work go on in the background for as long as the lab runs.
func (c *capstoneRunner) start(ctx context.Context, work func(context.Context, *capstone.Capstone) error) error {
	made, err := c.build(ctx)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy {
		return lab.Errorf(lab.CodeRunning, "Watch it: labbox capstone status, or the dashboard", "the capstone is already at work")
	}
	c.busy = true
	runCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c.wg.Add(1)
	go func() {
		defer c.wg.Done()
		defer cancel()
		go func() {
			select {
			case <-c.d.stopped:
				cancel()
			case <-runCtx.Done():
			}
		}()
		err := work(runCtx, made)
		c.mu.Lock()
		c.busy = false
		c.mu.Unlock()
		if err != nil {
			c.fail(runCtx, err)
		}
	}()
	return nil
}

// build makes the room's Capstone from where the systems are now.
func (c *capstoneRunner) build(ctx context.Context) (*capstone.Capstone, error) {
	d := c.d
	if d.currentPhase() != lab.StateReady {
		return nil, lab.Errorf(lab.CodeNotReady, "Wait for it: labbox status", "the lab is not ready for the capstone (phase %s)", d.currentPhase())
	}
	worker, err := image.Lookup(ctx, d.cluster.ContainerdSocket(), capstone.WorkerImage)
	if err != nil {
		return nil, err
	}
	inCluster := capstone.DialServices(d.cluster.DialService)
	inCluster.Timeout = callTimeout
	return capstone.New(capstone.Options{
		Objects:       d.cluster,
		Images:        capstone.Images{WorkerDigest: worker},
		Git:           capstone.Endpoint{URL: d.endpoint("git"), Auth: d.login("git")},
		Argo:          capstone.Endpoint{URL: d.endpoint("argocd"), Auth: d.login("argocd")},
		Gateway:       capstone.Endpoint{URL: d.endpoint("gateway"), Auth: d.login("gateway")},
		MLflowURL:     d.endpoint("mlflow"),
		PrometheusURL: d.endpoint("prometheus"),
		HTTP:          loopbackClient(),
		InCluster:     inCluster,
		Log:           d.log,
	})
}

// emit records one sign of a step: what it is doing, or how it ended.
func (c *capstoneRunner) emit(ctx context.Context, s lab.CapstoneStep) {
	e := lab.Event{Kind: lab.EventCapstone, Subject: s.ID, Title: s.Title, State: lab.StateRunning}
	switch doing, _ := s.Evidence["doing"].(string); {
	case s.Passed:
		e.State = lab.StateReady
	case s.Error != "":
		e.State = lab.StateFailed
		e.Error = &lab.Error{Code: lab.CodeCapstone, Message: s.Error}
	case doing != "":
		e.Progress = &lab.Progress{Message: doing}
	}
	e.Detail, _ = json.Marshal(s)
	c.d.events.Emit(ctx, e)
}

// capstoneRun is the subject of the events that begin and end a whole run.
const capstoneRun = "run"

// finish records the end of a run, with its result.
func (c *capstoneRunner) finish(ctx context.Context, r lab.CapstoneResult) error {
	detail, err := json.Marshal(r)
	if err != nil {
		return err
	}
	state := lab.StateReady
	if !r.Passed {
		state = lab.StateFailed
	}
	c.d.events.Emit(ctx, lab.Event{Kind: lab.EventCapstone, Subject: capstoneRun, Title: "Capstone", State: state, Detail: detail})
	return nil
}

func (c *capstoneRunner) fail(ctx context.Context, err error) {
	c.d.log.Error("capstone", "error", err)
	c.d.events.Emit(ctx, lab.Event{Kind: lab.EventCapstone, Subject: capstoneRun, Title: "Capstone", State: lab.StateFailed, Error: lab.AsError(err)})
}
