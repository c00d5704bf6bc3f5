package lesson

import (
	"context"
	"encoding/json"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// tellEvery bounds how often it is told that the same outcome looks a little different:
// what is told goes into the journal.
const tellEvery = 3 * time.Second

// Check looks at one task with fresh readings, and ticks it if it is done. A lesson
// that has not been started is CodeNotReady.
func (e *Engine) Check(ctx context.Context, r lab.CheckRequest) (lab.LessonCheck, error) {
	l, t, err := e.findTask(r.Lesson, r.Task)
	if err != nil {
		return lab.LessonCheck{}, err
	}
	p, err := e.progress(ctx, l.ID)
	if err != nil {
		return lab.LessonCheck{}, err
	}
	if p.started().IsZero() {
		return lab.LessonCheck{}, lab.Errorf(lab.CodeNotReady, "Start it: labbox lesson start "+l.ID, "lesson %s has not been started", l.ID)
	}
	m := moment{answer: r.Answer, started: p.started(), now: time.Now(), ticked: p.ticked()}
	m.values, m.problems = e.opt.Sources.readAll(ctx, t)
	if err := ctx.Err(); err != nil {
		return lab.LessonCheck{}, err
	}
	check := t.look(ctx, l.ID, m)
	if e.isBusy(l.ID) {
		return check, lab.Errorf(lab.CodeRunning, "Wait until that is over.", "lesson %s is being prepared", l.ID)
	}
	e.open(l.ID)
	e.record(ctx, outcome{task: t, check: check, known: p, asked: true, answer: r.Answer})
	return check, nil
}

func (e *Engine) isBusy(lesson string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.busy[lesson]
}

// outcome is what a look has found.
type outcome struct {
	task  *Task
	check lab.LessonCheck
	// known is how the learner stood before.
	known progress
	// asked says that the learner wanted the look.
	asked  bool
	answer string
	// time is which of the lesson's watches has looked.
	time int
}

// record keeps an outcome, ticks the task if it is its first success, and tells of it.
// Untold is true for what looks a little different than was told, too soon after that.
func (e *Engine) record(ctx context.Context, o outcome) (ticked, untold bool) {
	before, seen, listen := e.remember(o)
	if !listen {
		return false, false
	}
	c := o.check
	_, done := o.known.ticks[o.task.ID]
	if c.Passed && !done {
		ticked = e.tick(ctx, c)
	}
	changed := c.Passed != before.check.Passed || c.Mistake != before.check.Mistake
	if !seen && done && c.Passed {
		changed = false // the watch has begun anew, and nothing is new
	}
	if o.asked || changed && (ticked || !done) {
		e.attempt(ctx, o)
	}
	different := !seen || before.told.Seen != c.Seen || before.told.Problem != c.Problem
	untold = different && time.Since(before.time) < tellEvery
	if ticked || changed || o.asked || different && !untold {
		e.tell(ctx, o, ticked)
		untold = false
	}
	if changed {
		e.open(c.Lesson) // the learner is at work
	}
	if ticked {
		e.rouse() // a finished lesson is watched no longer
	}
	return ticked, untold
}

// tick stores a tick and reports whether it is the first.
func (e *Engine) tick(ctx context.Context, c lab.LessonCheck) bool {
	tick := lab.LessonTick{Lesson: c.Lesson, Task: c.Task, Tick: lab.Tick{Time: c.Time, Evidence: c.Evidence}}
	first, err := e.opt.Store.AddTick(ctx, tick)
	if err != nil {
		e.opt.Log.Error("store a tick", "lesson", c.Lesson, "task", c.Task, "error", err)
	}
	return first
}

// attempt stores an attempt.
func (e *Engine) attempt(ctx context.Context, o outcome) {
	c := o.check
	a := lab.LessonAttempt{Lesson: c.Lesson, Task: c.Task, Time: c.Time, Asked: o.asked, Passed: c.Passed, Mistake: c.Mistake, Answer: o.answer, Seen: c.Seen}
	if err := e.opt.Store.AddAttempt(ctx, a); err != nil {
		e.opt.Log.Error("store an attempt", "lesson", c.Lesson, "task", c.Task, "error", err)
	}
}

// remember keeps what is seen now and returns what was before. While scripts of ours
// are at work nothing is listened to, and after that not to a watch from before.
func (e *Engine) remember(o outcome) (before seenCheck, seen, listen bool) {
	key := o.check.Lesson + "/" + o.check.Task
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.busy[o.check.Lesson] || !o.asked && o.time != e.times[o.check.Lesson] {
		return before, false, false
	}
	before, seen = e.checks[key]
	e.checks[key] = seenCheck{o.check, before.told, before.time}
	return before, seen, true
}

// tell emits the event of an outcome.
func (e *Engine) tell(ctx context.Context, o outcome, ticked bool) {
	key := o.check.Lesson + "/" + o.check.Task
	e.mu.Lock()
	e.checks[key] = seenCheck{o.check, o.check, time.Now()}
	e.mu.Unlock()
	event := lab.Event{Kind: lab.EventLesson, Subject: key, Title: o.task.Title.EN, State: lab.StateRunning}
	if ticked {
		event.State = lab.StateReady
	}
	event.Detail, _ = json.Marshal(o.check)
	e.opt.Emit(ctx, event)
}
