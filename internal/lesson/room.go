package lesson

import (
	"context"
	"errors"
	"slices"

	"github.com/labbox/labbox/internal/lab"
)

// makeRoom ends what finished lessons still run, before l begins: a small machine has not
// room for all of them at once. What somebody is in the middle of stays.
func (e *Engine) makeRoom(ctx context.Context, l *Lesson) error {
	list, err := e.List(ctx)
	if err != nil {
		return err
	}
	finished, inUse := e.sortOut(list, l)
	var failed error
	for _, one := range finished {
		err := e.putAway(ctx, one, inUse)
		failed = errors.Join(failed, err)
		if err == nil {
			e.mu.Lock()
			e.cleared[one.ID] = true
			e.mu.Unlock()
		}
	}
	return failed
}

// sortOut tells the finished lessons that may still run something from those in use, l
// among them.
func (e *Engine) sortOut(list []lab.Lesson, l *Lesson) (finished, inUse []*Lesson) {
	known := map[string]lab.Lesson{}
	for _, one := range list {
		known[one.ID] = one
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.cleared, l.ID)
	for _, one := range e.all() {
		k := known[one.ID]
		switch {
		case e.busy[one.ID], k.Started != nil && k.Finished == nil:
			inUse = append(inUse, one)
		case k.Started != nil && !e.cleared[one.ID]:
			finished = append(finished, one)
		}
	}
	return finished, inUse
}

// putAway ends what runs in the namespaces of l that none of the others has.
func (e *Engine) putAway(ctx context.Context, l *Lesson, others []*Lesson) error {
	if e.opt.Grounds == nil {
		return nil
	}
	var failed error
	for _, name := range l.Namespaces {
		shared := slices.ContainsFunc(others, func(o *Lesson) bool { return o.ID != l.ID && slices.Contains(o.Namespaces, name) })
		if !shared {
			failed = errors.Join(failed, e.opt.Grounds.EmptyNamespace(ctx, name))
		}
	}
	return failed
}
