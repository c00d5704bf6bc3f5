package lesson

import (
	"context"

	"github.com/labbox/labbox/internal/lab"
)

// Store keeps what a learner has done. An empty lesson means all lessons.
type Store interface {
	StartStore
	TickStore
	AttemptStore
	HintStore
}

// StartStore keeps starts, oldest first.
type StartStore interface {
	AddStart(ctx context.Context, s lab.LessonStart) error
	Starts(ctx context.Context, lesson string) ([]lab.LessonStart, error)
}

// TickStore keeps the first tick of each task.
type TickStore interface {
	// AddTick reports whether the tick is the task's first.
	AddTick(ctx context.Context, t lab.LessonTick) (bool, error)
	Ticks(ctx context.Context, lesson string) ([]lab.LessonTick, error)
}

// AttemptStore keeps attempts, oldest first.
type AttemptStore interface {
	AddAttempt(ctx context.Context, a lab.LessonAttempt) error
}

// HintStore keeps which hints were taken, by task and number.
type HintStore interface {
	AddHint(ctx context.Context, h lab.LessonHint) error
	Hints(ctx context.Context, lesson string) ([]lab.LessonHint, error)
}

// NoteStore keeps the learner's own texts.
type NoteStore interface {
	Get(ctx context.Context, subject string) (lab.Note, error)
	Put(ctx context.Context, n lab.Note) error
}

// Grounds makes what a lesson needs before its first script; *workbench.Bench does.
type Grounds interface {
	// MakeNamespace makes a namespace that the learner may edit, or finds it there.
	MakeNamespace(ctx context.Context, name string) error
	// EmptyNamespace ends what runs in a lesson's namespace; the rest stays. One that is
	// not there, or that others use, is left alone.
	EmptyNamespace(ctx context.Context, name string) error
	// MakeRepository makes an empty repository in the lab's git server, or finds it there.
	MakeRepository(ctx context.Context, name string) error
}
