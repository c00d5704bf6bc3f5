package lesson

import (
	"context"
	"sync"

	"github.com/labbox/labbox/internal/lab"
)

// scratch is a Store that lives as long as a proof does.
type scratch struct {
	mu       sync.Mutex
	starts   []lab.LessonStart
	ticks    []lab.LessonTick
	attempts []lab.LessonAttempt
	hints    []lab.LessonHint
}

var _ Store = (*scratch)(nil)

func (m *scratch) AddStart(_ context.Context, s lab.LessonStart) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.starts = append(m.starts, s)
	return nil
}

func (m *scratch) Starts(_ context.Context, lesson string) ([]lab.LessonStart, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return filter(m.starts, func(s lab.LessonStart) bool { return lesson == "" || s.Lesson == lesson }), nil
}

func (m *scratch) AddTick(_ context.Context, t lab.LessonTick) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, have := range m.ticks {
		if have.Lesson == t.Lesson && have.Task == t.Task {
			return false, nil
		}
	}
	m.ticks = append(m.ticks, t)
	return true, nil
}

func (m *scratch) Ticks(_ context.Context, lesson string) ([]lab.LessonTick, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return filter(m.ticks, func(t lab.LessonTick) bool { return lesson == "" || t.Lesson == lesson }), nil
}

func (m *scratch) AddAttempt(_ context.Context, a lab.LessonAttempt) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.attempts = append(m.attempts, a)
	return nil
}

func (m *scratch) AddHint(_ context.Context, h lab.LessonHint) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hints = append(m.hints, h)
	return nil
}

func (m *scratch) Hints(_ context.Context, lesson string) ([]lab.LessonHint, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return filter(m.hints, func(h lab.LessonHint) bool { return lesson == "" || h.Lesson == lesson }), nil
}

// filter returns a list of its own.
func filter[T any](list []T, keep func(T) bool) []T {
	out := []T{}
	for _, one := range list {
		if keep(one) {
			out = append(out, one)
		}
	}
	return out
}
