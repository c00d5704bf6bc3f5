package lab

import (
	"encoding/json"
	"time"
)

// CheckRequest asks for a look at a lesson with fresh readings.
type CheckRequest struct {
	// Lesson is "<trend>/<folder>", Task one of its tasks.
	Lesson string
	Task   string
	// Answer is what the learner gives to a question; of no meaning for other tasks.
	Answer string
}

// LessonTick is a tick with what it is a tick of.
type LessonTick struct {
	Lesson string `json:"lesson"`
	Task   string `json:"task"`
	Tick
}

// LessonStart is one start of a lesson; a reset is a start, too.
type LessonStart struct {
	Lesson string    `json:"lesson"`
	Time   time.Time `json:"time"`
}

// LessonAttempt is one explicit check of a task, or one change of what the watch of
// it found.
type LessonAttempt struct {
	Lesson string    `json:"lesson"`
	Task   string    `json:"task"`
	Time   time.Time `json:"time"`
	// Asked says that the learner asked for the check.
	Asked  bool `json:"asked"`
	Passed bool `json:"passed"`
	// Mistake is the id of the mistake that was recognised; empty where none was.
	Mistake string `json:"mistake,omitempty"`
	// Answer is what was given to a question.
	Answer string `json:"answer,omitempty"`
	// Seen is what was found, in words.
	Seen Text `json:"seen"`
}

// LessonHint is one help that a learner took: the hint of that Number, counted from
// 1, or the solution, which is number 0.
type LessonHint struct {
	Lesson string    `json:"lesson"`
	Task   string    `json:"task"`
	Number int       `json:"number"`
	Time   time.Time `json:"time"`
}

// Note is a learner's own text about a lesson, or the answer to a question of the
// review.
type Note struct {
	// Subject is the lesson's or the question's id.
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Changed time.Time `json:"changed"`
}

// ProgressFormat and ProgressVersion say what a ProgressFile is.
const (
	ProgressFormat  = "labbox.progress"
	ProgressVersion = 1
)

// ProgressFile is all that a learner has done and written: what "labbox progress export"
// writes, and another lab takes over.
type ProgressFile struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	// Exported is when, Labbox the version of the program that wrote it.
	Exported    time.Time                  `json:"exported"`
	Labbox      string                     `json:"labbox"`
	Starts      []LessonStart              `json:"starts"`
	Ticks       []LessonTick               `json:"ticks"`
	Attempts    []LessonAttempt            `json:"attempts"`
	Hints       []LessonHint               `json:"hints"`
	Notes       []Note                     `json:"notes"`
	Reflections []Note                     `json:"reflections"`
	Preferences map[string]json.RawMessage `json:"preferences"`
	Capstone    []CapstoneResult           `json:"capstone"`
}

// Check says whether p is a file that this labbox can take over; an Error with
// CodeUsage says why not.
func (p ProgressFile) Check() error {
	const hint = "Give a file that \"labbox progress export\" has written"
	switch {
	case p.Format != ProgressFormat:
		return Errorf(CodeUsage, hint, "the file is not a learner's progress: its format is %q, not %q", p.Format, ProgressFormat)
	case p.Version > ProgressVersion:
		return Errorf(CodeUsage, "Use a labbox as new as the one that wrote it ("+p.Labbox+")", "the file has version %d; this labbox knows %d", p.Version, ProgressVersion)
	case p.Version < 1:
		return Errorf(CodeUsage, hint, "the file has no version")
	}
	for _, t := range p.Ticks {
		if t.Lesson == "" || t.Task == "" || t.Time.IsZero() {
			return Errorf(CodeUsage, hint, "the file has a tick without lesson, task or time")
		}
	}
	for _, s := range p.Starts {
		if s.Lesson == "" || s.Time.IsZero() {
			return Errorf(CodeUsage, hint, "the file has a start without lesson or time")
		}
	}
	return nil
}

// ProgressTaken says what an import has brought that was not there.
type ProgressTaken struct {
	Starts      int64 `json:"starts"`
	Ticks       int64 `json:"ticks"`
	Attempts    int64 `json:"attempts"`
	Hints       int64 `json:"hints"`
	Notes       int64 `json:"notes"`
	Reflections int64 `json:"reflections"`
	Preferences int64 `json:"preferences"`
	Capstone    int64 `json:"capstone"`
}
