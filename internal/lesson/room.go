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
		failed = errors.Join(failed, e.clear(ctx, one, inUse))
	}
	return failed
}

// Stop ends what a lesson runs, whether it is finished or not; ticks and notes stay, and
// Start brings its start back. What runs where another lesson that is in use has its own
// stays too. CodeRunning while the lesson is being prepared.
func (e *Engine) Stop(ctx context.Context, id string) error {
	l, err := e.find(id)
	if err != nil {
		return err
	}
	if e.opt.Grounds == nil {
		return noWorkbench()
	}
	if err := e.occupy(id); err != nil {
		return err
	}
	defer e.vacate(id)
	list, err := e.List(ctx)
	if err != nil {
		return err
	}
	_, inUse := e.sortOut(list, l)
	if err := e.clear(ctx, l, inUse); err != nil {
		return err
	}
	e.tellLesson(ctx, l, lab.StateStopped, nil)
	return nil
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
		case e.busy[one.ID]:
			inUse = append(inUse, one)
		case k.Started == nil || e.cleared[one.ID]:
		case k.Finished == nil:
			inUse = append(inUse, one)
		default:
			finished = append(finished, one)
		}
	}
	return finished, inUse
}

// clear puts l away and remembers that it is.
func (e *Engine) clear(ctx context.Context, l *Lesson, others []*Lesson) error {
	if err := e.putAway(ctx, l, others); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cleared[l.ID] = true
	return nil
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
