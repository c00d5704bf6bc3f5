package capstone

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// problem is a failure a learner can act on: what was tried, what was seen, what was
// expected, and what to do.
func problem(tried, seen, expected, todo string) error {
	return &lab.Error{
		Code:    lab.CodeCapstone,
		Message: fmt.Sprintf("%s: saw %s, expected %s", tried, seen, expected),
		Hint:    todo,
	}
}

// sentence is what a step shows as its error.
func sentence(err error) string {
	var e *lab.Error
	if errors.As(err, &e) && e.Hint != "" {
		return err.Error() + ". " + e.Hint
	}
	return err.Error() + ". See what is not ready: labbox status; then run the capstone again, it goes on from here."
}

// pace stretches or shrinks all waiting; 1 is for people, tests are faster.
type pace float64

// await describes a condition that is waited for.
type await struct {
	what  string        // "the model server answers with version 3"
	todo  string        // what to do when it does not come true
	limit time.Duration // how long it may take
	every time.Duration // how often to look
}

// await returns a wait for at most limit, at this pace.
func (p pace) await(limit time.Duration, what, todo string) await {
	return await{what: what, todo: todo, limit: p.of(limit), every: p.of(250 * time.Millisecond)}
}

func (p pace) of(d time.Duration) time.Duration { return time.Duration(float64(p) * float64(d)) }

// until calls look again and again until it says true. When the limit passes, the
// error names the last thing seen. An error of look is something that is seen too:
// it does not end the waiting unless it is a *lab.Error of the capstone.
func (a await) until(ctx context.Context, look func(ctx context.Context) (done bool, seen string, err error)) error {
	ctx, cancel := context.WithTimeout(ctx, a.limit)
	defer cancel()
	tick := time.NewTicker(a.every)
	defer tick.Stop()
	last := "nothing yet"
	for {
		done, seen, err := a.once(ctx, look)
		if done && err == nil {
			return nil
		}
		if final := (*lab.Error)(nil); errors.As(err, &final) && final.Code == lab.CodeCapstone {
			return err
		}
		switch {
		case err == nil:
			last = seen
		case ctx.Err() == nil: // else the wait itself has ended the look
			last = err.Error()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return a.expired(ctx, last)
		}
	}
}

// once looks one time. A look that hangs, say on an address that is no longer there,
// must not use up the whole wait.
func (a await) once(ctx context.Context, look func(ctx context.Context) (bool, string, error)) (bool, string, error) {
	ctx, cancel := context.WithTimeout(ctx, max(a.limit/6, time.Second))
	defer cancel()
	return look(ctx)
}

// expired is the error for a wait that has ended without success.
func (a await) expired(ctx context.Context, last string) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	return problem(fmt.Sprintf("waited %s", a.limit), last, a.what, a.todo)
}

// watch waits for an object to reach a state. judge returns what it sees in words.
func (a await) watch(ctx context.Context, o lab.Objects, ref lab.ObjectRef, judge func(object []byte) (done bool, seen string, err error)) error {
	ctx, cancel := context.WithTimeout(ctx, a.limit)
	defer cancel()
	last := fmt.Sprintf("no %s %s/%s", ref.Kind, ref.Namespace, ref.Name)
	err := o.Wait(ctx, ref, func(object []byte) (bool, error) {
		done, seen, err := judge(object)
		if seen != "" {
			last = seen
		}
		return done, err
	})
	if err != nil && ctx.Err() != nil {
		return a.expired(ctx, last)
	}
	return err
}
