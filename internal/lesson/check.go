package lesson

import (
	"context"
	"encoding/json"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// tellEvery bounds how often it is told that the same outcome looks a little different.
const tellEvery = 2 * time.Second

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
}

// record keeps an outcome, ticks the task if it is its first success, which it
// reports, and tells of it.
func (e *Engine) record(ctx context.Context, o outcome) (ticked bool) {
	before, seen, listen := e.remember(o)
	if !listen {
		return false
	}
	c := o.check
	changed := !seen && (c.Passed || c.Mistake != "") || seen && (before.check.Passed != c.Passed || before.check.Mistake != c.Mistake)
	if _, done := o.known.ticks[o.task.ID]; c.Passed && !done {
		tick := lab.LessonTick{Lesson: c.Lesson, Task: c.Task, Tick: lab.Tick{Time: c.Time, Evidence: c.Evidence}}
		var err error
		if ticked, err = e.opt.Store.AddTick(ctx, tick); err != nil {
			e.opt.Log.Error("store a tick", "lesson", c.Lesson, "task", c.Task, "error", err)
		}
	}
	if changed || o.asked {
		attempt := lab.LessonAttempt{Lesson: c.Lesson, Task: c.Task, Time: c.Time, Asked: o.asked, Passed: c.Passed,
			Mistake: c.Mistake, Answer: o.answer, Seen: c.Seen}
		if err := e.opt.Store.AddAttempt(ctx, attempt); err != nil {
			e.opt.Log.Error("store an attempt", "lesson", c.Lesson, "task", c.Task, "error", err)
		}
	}
	looksDifferent := !seen || before.check.Seen != c.Seen || before.check.Problem != c.Problem
	if ticked || changed || o.asked || looksDifferent && time.Since(before.told) > tellEvery {
		e.tell(ctx, o, ticked)
	}
	if ticked || changed {
		e.open(c.Lesson) // the learner is at work, and a finished lesson is watched no longer
	}
	return ticked
}

// remember keeps what is seen now and returns what was before. While scripts of ours
// are at work nothing is listened to.
func (e *Engine) remember(o outcome) (before seenCheck, seen, listen bool) {
	key := o.check.Lesson + "/" + o.check.Task
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.busy[o.check.Lesson] {
		return before, false, false
	}
	before, seen = e.checks[key]
	e.checks[key] = seenCheck{o.check, before.told}
	return before, seen, true
}

// tell emits the event of an outcome.
func (e *Engine) tell(ctx context.Context, o outcome, ticked bool) {
	key := o.check.Lesson + "/" + o.check.Task
	e.mu.Lock()
	e.checks[key] = seenCheck{o.check, time.Now()}
	e.mu.Unlock()
	event := lab.Event{Kind: lab.EventLesson, Subject: key, Title: o.task.Title.EN, State: lab.StateRunning}
	if ticked {
		event.State = lab.StateReady
	}
	event.Detail, _ = json.Marshal(o.check)
	e.opt.Emit(ctx, event)
}
