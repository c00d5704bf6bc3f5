package report

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Input is what a report is made of. What is zero is not known, and said so.
type Input struct {
	Now    time.Time
	Status lab.Status
	Links  []lab.Link
	// Modules are the trend modules, those of other authors too.
	Modules []lab.Module
	// Lessons are all lessons there are, with how their tasks stand.
	Lessons []lab.LessonView
	// Progress is what the learner has done and written.
	Progress lab.ProgressFile
	// Energy is nil when it could not be read.
	Energy *lab.Energy
	// Problems say what could not be read.
	Problems []Problem
}

// Problem is something that could not be read.
type Problem struct {
	// What is status, lessons, progress or energy.
	What, Why string
}

// Preferences that a report goes by.
const (
	prefName  = "name"
	prefFocus = "focus"
)

// Questions of the review, as they are kept with the reflections.
const focusStep = "focus"

func questions() []string { return []string{"appeal", "career", "projects"} }

// trends are those of the course, in its order.
func trends() []string {
	return []string{"gitops", "platform", "mlops", "serverless", "sustainability"}
}

// trendCapstone is the trend of the capstone's own guided steps.
const trendCapstone = "capstone"

// preference returns what the learner prefers; empty when that is no text.
func (in Input) preference(key string) string {
	var text string
	_ = json.Unmarshal(in.Progress.Preferences[key], &text)
	return text
}

// failed says whether something could not be read.
func (in Input) failed(what string) bool {
	return slices.ContainsFunc(in.Problems, func(p Problem) bool { return p.What == what })
}

// capstone returns the last run; nil before the first one.
func (in Input) capstone() *lab.CapstoneResult {
	if len(in.Progress.Capstone) == 0 {
		return nil
	}
	return &in.Progress.Capstone[0]
}

// of returns the lessons of a trend.
func (in Input) of(trend string) []lab.LessonView {
	var out []lab.LessonView
	for _, l := range in.Lessons {
		if l.Trend == trend {
			out = append(out, l)
		}
	}
	return out
}

// lessonTrends are the trends that have lessons, the course's first.
func (in Input) lessonTrends() []string {
	var out []string
	for _, trend := range trends() {
		if len(in.of(trend)) > 0 {
			out = append(out, trend)
		}
	}
	for _, l := range in.Lessons {
		if !slices.Contains(out, l.Trend) {
			out = append(out, l.Trend)
		}
	}
	return out
}

// count is how much of the lessons is done. Only ticks count.
type count struct{ tasks, done, lessons, lessonsDone int }

func tally(lessons []lab.LessonView) count {
	c := count{lessons: len(lessons)}
	for _, l := range lessons {
		done := 0
		for _, task := range l.List {
			if task.Tick != nil {
				done++
			}
		}
		c.tasks += len(l.List)
		c.done += done
		if len(l.List) > 0 && done == len(l.List) {
			c.lessonsDone++
		}
	}
	return c
}

// mark says how a trend stands: done only where every task is ticked.
func (c count) mark() Mark {
	switch {
	case c.tasks > 0 && c.done == c.tasks:
		return MarkDone
	case c.done > 0:
		return MarkBegun
	}
	return MarkOpen
}
