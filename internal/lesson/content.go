package lesson

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// SetLessons replaces the lessons of a trend; none removes it.
func (e *Engine) SetLessons(trend string, lessons []*Lesson) {
	e.mu.Lock()
	e.lessons[trend] = lessons
	if len(lessons) == 0 {
		delete(e.lessons, trend)
	}
	e.mu.Unlock()
	e.rouse()
}

// all returns every lesson in the order of the trends; e.mu is held.
func (e *Engine) all() []*Lesson {
	place := func(trend string) int {
		if at := slices.Index(e.opt.Trends, trend); at >= 0 {
			return at
		}
		return len(e.opt.Trends)
	}
	trends := slices.SortedFunc(maps.Keys(e.lessons), func(a, b string) int {
		if n := place(a) - place(b); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	var out []*Lesson
	for _, trend := range trends {
		out = append(out, e.lessons[trend]...)
	}
	return out
}

func (e *Engine) everyLesson() []*Lesson {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.all()
}

// find returns a lesson; CodeNotFound where there is none.
func (e *Engine) find(id string) (*Lesson, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, l := range e.all() {
		if l.ID == id {
			return l, nil
		}
	}
	return nil, lab.Errorf(lab.CodeNotFound, "All there are: labbox lesson list", "there is no lesson %q", id)
}

// findTask returns a lesson and one of its tasks; CodeNotFound where there is none.
func (e *Engine) findTask(id, task string) (*Lesson, *Task, error) {
	l, err := e.find(id)
	if err != nil {
		return nil, nil, err
	}
	t := l.task(task)
	if t == nil {
		names := make([]string, len(l.Tasks))
		for i, one := range l.Tasks {
			names[i] = one.ID
		}
		return nil, nil, lab.Errorf(lab.CodeNotFound, "Its tasks: "+strings.Join(names, ", "), "lesson %s has no task %q", id, task)
	}
	return l, t, nil
}

// progress is how the learner stands in one lesson.
type progress struct {
	starts []lab.LessonStart
	ticks  map[string]lab.Tick // by task
}

func (e *Engine) progress(ctx context.Context, lesson string) (progress, error) {
	starts, err := e.opt.Store.Starts(ctx, lesson)
	if err != nil {
		return progress{}, err
	}
	ticks, err := e.opt.Store.Ticks(ctx, lesson)
	if err != nil {
		return progress{}, err
	}
	return gather(starts, ticks, lesson), nil
}

// gather picks what is about one lesson.
func gather(starts []lab.LessonStart, ticks []lab.LessonTick, lesson string) progress {
	p := progress{ticks: map[string]lab.Tick{}}
	for _, s := range starts {
		if s.Lesson == lesson {
			p.starts = append(p.starts, s)
		}
	}
	for _, t := range ticks {
		if t.Lesson == lesson {
			p.ticks[t.Task] = t.Tick
		}
	}
	return p
}

// started is the newest start, zero where there was none.
func (p progress) started() time.Time {
	if len(p.starts) == 0 {
		return time.Time{}
	}
	return p.starts[len(p.starts)-1].Time
}

// ticked is what expressions see of the ticks.
func (p progress) ticked() map[string]any {
	out := map[string]any{}
	for task, tick := range p.ticks {
		evidence := map[string]any{}
		maps.Copy(evidence, tick.Evidence)
		out[task] = evidence
	}
	return out
}

// show puts the progress into a summary. Ticks of tasks that are gone do not count.
func (p progress) show(l *Lesson) lab.Lesson {
	out := l.summary()
	var last time.Time
	for _, t := range l.Tasks {
		if tick, done := p.ticks[t.ID]; done {
			out.Done++
			if tick.Time.After(last) {
				last = tick.Time
			}
		}
	}
	if len(p.starts) > 0 {
		out.Started = &p.starts[0].Time
	}
	if out.Done == out.Tasks {
		out.Finished = &last
	}
	return out
}

// List returns all lessons in the order of the trends and of their places.
func (e *Engine) List(ctx context.Context) ([]lab.Lesson, error) {
	starts, err := e.opt.Store.Starts(ctx, "")
	if err != nil {
		return nil, err
	}
	ticks, err := e.opt.Store.Ticks(ctx, "")
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	out := []lab.Lesson{}
	for _, l := range e.all() {
		out = append(out, gather(starts, ticks, l.ID).show(l))
	}
	return out, nil
}

// Show returns a lesson as the learner sees it, and opens it: if it has been started,
// it is watched from now on.
func (e *Engine) Show(ctx context.Context, id string) (lab.LessonView, error) {
	l, err := e.find(id)
	if err != nil {
		return lab.LessonView{}, err
	}
	p, err := e.progress(ctx, id)
	if err != nil {
		return lab.LessonView{}, err
	}
	hints, err := e.opt.Store.Hints(ctx, id)
	if err != nil {
		return lab.LessonView{}, err
	}
	view := lab.LessonView{Lesson: p.show(l), Goal: l.Goal, Theory: l.Theory, Notice: l.Notice, Debrief: l.Debrief,
		Pictures: l.Pictures, Sources: l.Sources, List: []lab.LessonTask{}}
	for _, t := range l.Tasks {
		view.List = append(view.List, e.showTask(l, t, p, hints))
	}
	e.open(id)
	return view, nil
}

func (e *Engine) showTask(l *Lesson, t *Task, p progress, hints []lab.LessonHint) lab.LessonTask {
	out := lab.LessonTask{ID: t.ID, Title: t.Title, Text: t.Text, Asks: t.Asks, Choices: t.Choices,
		HintsShown: []lab.Text{}, HintsTotal: len(t.Hints)}
	if tick, done := p.ticks[t.ID]; done {
		out.Tick = &tick
	}
	for _, h := range hints {
		switch {
		case h.Task != t.ID:
		case h.Number == 0:
			out.SolutionShown = true
		case h.Number <= len(t.Hints):
			out.HintsShown = append(out.HintsShown, t.Hints[h.Number-1])
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if last, seen := e.checks[l.ID+"/"+t.ID]; seen {
		check := last.check
		out.Check = &check
	}
	return out
}
