package web

import (
	"context"

	"github.com/labbox/labbox/internal/lab"
)

// LessonParts are what the pages and the API of lessons need. Nil parts are not
// there yet; the API then says so. Errors are those of package lab: CodeNotFound for
// an unknown lesson or task, CodeNotReady while the lab is not ready, CodeRunning for
// a lesson that is being started.
type LessonParts struct {
	Lessons Lessons
	Grounds LessonGrounds
	Tasks   LessonTasks
	Notes   LessonNotes
	// Scripts runs and proves lessons; for sockets only, never for browsers.
	Scripts LessonScripts
}

// Lessons is what there is to learn.
type Lessons interface {
	// List returns all lessons in the order of the trends and of their places.
	List(ctx context.Context) ([]lab.Lesson, error)
	// Show returns one lesson. A lesson that was started is watched from then on.
	Show(ctx context.Context, lesson string) (lab.LessonView, error)
	// Picture returns an SVG file of the lesson.
	Picture(ctx context.Context, lesson, name string) ([]byte, error)
}

// LessonGrounds is what a lesson has on the systems. Ticks stay, whatever is done to it.
type LessonGrounds interface {
	// Start brings about the lesson's start and returns when it is there; the same
	// resets it.
	Start(ctx context.Context, lesson string) error
	// Stop ends what the lesson runs.
	Stop(ctx context.Context, lesson string) error
}

// LessonTasks is what a learner does with one task.
type LessonTasks interface {
	// Check looks at the systems at once, and ticks the task if it is done.
	Check(ctx context.Context, r lab.CheckRequest) (lab.LessonCheck, error)
	// Hint returns the next hint, counted; the last one again when there is no more.
	Hint(ctx context.Context, lesson, task string) (lab.Text, error)
	// Solution returns how the task is done, counted.
	Solution(ctx context.Context, lesson, task string) (lab.Solution, error)
}

// LessonNotes keeps the learner's own text about each lesson.
type LessonNotes interface {
	// Note returns the text; empty where there is none.
	Note(ctx context.Context, lesson string) (string, error)
	// SetNote replaces it.
	SetNote(ctx context.Context, lesson, text string) error
}

// LessonScripts runs the scripts of a lesson in the workbench.
type LessonScripts interface {
	// Replay does the task by its solution and returns what the script said.
	Replay(ctx context.Context, lesson, task string) (string, error)
	// Prove goes through the whole life of a lesson: it fails, passes, fails after a
	// sabotage, recognises its mistakes and resets. Nobody's progress is touched. What
	// is not as it should be is in the LessonProof, not an error.
	Prove(ctx context.Context, lesson string) (lab.LessonProof, error)
}
