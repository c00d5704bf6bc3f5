package web

import (
	"cmp"
	"context"
	"slices"

	"github.com/labbox/labbox/internal/lab"
)

// trendCapstone is the trend of the capstone's own lessons.
const trendCapstone = "capstone"

// stateBegun is where a lesson, a task or a trend stands that was begun and is not done.
// Other than what is running it waits for the learner.
const stateBegun lab.State = "begun"

// trendProgress is how far the learner is in one trend. All of it is counted from
// ticks, and a tick comes from a check and from nowhere else.
type trendProgress struct {
	Trend string
	// Name is what a module of another author calls itself; empty for the five.
	Name    lab.Text
	Lessons []lab.Lesson
	// LessonsDone of Lessons have all their tasks ticked.
	LessonsDone int
	Tasks, Done int
}

// State is ready when all lessons are done, begun when a task is ticked or a lesson
// was begun, pending before that.
func (p trendProgress) State() lab.State {
	begun := slices.ContainsFunc(p.Lessons, func(l lab.Lesson) bool { return l.Started != nil })
	switch {
	case len(p.Lessons) > 0 && p.LessonsDone == len(p.Lessons):
		return lab.StateReady
	case p.Done > 0 || begun:
		return stateBegun
	}
	return lab.StatePending
}

// progress is how far the learner is in all.
type progress struct {
	Trends                            []trendProgress
	Lessons, LessonsDone, Tasks, Done int
	// Next is the lesson to go on with; nil when all are done or none is known.
	Next *lab.Lesson
	// Error says why the lessons cannot be had.
	Error *lab.Error
}

// of returns the progress in one trend.
func (p progress) of(trend string) trendProgress {
	for _, t := range p.Trends {
		if t.Trend == trend {
			return t
		}
	}
	return trendProgress{Trend: trend}
}

// lessonDone says whether every task is ticked.
func lessonDone(l lab.Lesson) bool { return l.Tasks > 0 && l.Done >= l.Tasks }

// lessonState is ready, begun or pending, as a trend's.
func lessonState(l lab.Lesson) lab.State {
	switch {
	case lessonDone(l):
		return lab.StateReady
	case l.Started != nil || l.Done > 0:
		return stateBegun
	}
	return lab.StatePending
}

// progress asks for all lessons. That they cannot be had is part of the answer, for
// pages show more than lessons.
func (s *Server) progress(ctx context.Context) progress {
	lessons, err := s.lessons()
	if err != nil {
		return progress{Error: lab.AsError(err)}
	}
	list, err := lessons.List(ctx)
	if err != nil {
		return progress{Error: lab.AsError(err)}
	}
	names := map[string]lab.Text{}
	for _, m := range s.opt.Modules(ctx) {
		if slices.Contains(trendNames(), m.Name) { // the catalogue has a name for it
			continue
		}
		names[m.Name] = lab.Text{DE: m.TitleDE, EN: m.Title}
	}
	return sumUp(list, names)
}

func sumUp(list []lab.Lesson, names map[string]lab.Text) progress {
	p := progress{}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b lab.Lesson) int { return cmp.Compare(trendRank(a.Trend), trendRank(b.Trend)) })
	for _, lesson := range list {
		at := slices.IndexFunc(p.Trends, func(t trendProgress) bool { return t.Trend == lesson.Trend })
		if at < 0 {
			at = len(p.Trends)
			p.Trends = append(p.Trends, trendProgress{Trend: lesson.Trend, Name: names[lesson.Trend]})
		}
		t := &p.Trends[at]
		t.Lessons = append(t.Lessons, lesson)
		t.Tasks += lesson.Tasks
		t.Done += lesson.Done
		if lessonDone(lesson) {
			t.LessonsDone++
			p.LessonsDone++
		}
		p.Lessons++
		p.Tasks += lesson.Tasks
		p.Done += lesson.Done
	}
	p.Next = nextLesson(list)
	return p
}

// nextLesson is the one begun last and not finished; else the first whose needs are
// met; else the first that is open.
func nextLesson(list []lab.Lesson) *lab.Lesson {
	done := map[string]bool{}
	for _, l := range list {
		done[l.ID] = lessonDone(l)
	}
	var begun, fit, open *lab.Lesson
	for i := range list {
		l := &list[i]
		if done[l.ID] {
			continue
		}
		if l.Started != nil && (begun == nil || l.Started.After(*begun.Started)) {
			begun = l
		}
		if open == nil {
			open = l
		}
		missing := slices.ContainsFunc(l.Needs, func(need string) bool { return !done[need] })
		if fit == nil && !missing {
			fit = l
		}
	}
	return cmp.Or(begun, fit, open)
}

// after returns the lesson that comes after id, in the same trend first.
func (p progress) after(id string) *lab.Lesson {
	seen := false
	for _, t := range p.Trends {
		for i := range t.Lessons {
			l := &t.Lessons[i]
			if seen && !lessonDone(*l) {
				return l
			}
			seen = seen || l.ID == id
		}
	}
	return p.Next
}
