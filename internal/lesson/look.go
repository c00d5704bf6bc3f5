package lesson

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// moment is all that the expressions of a task are about.
type moment struct {
	// values are by the names of the task's watches.
	values map[string]any
	answer string
	// started is zero before the first start.
	started time.Time
	now     time.Time
	// ticked maps the ids of the lesson's ticked tasks to their evidence.
	ticked map[string]any
	// problems say what could not be read.
	problems []string
}

// look says how a task stands. It passes only when all of its systems could be read.
func (t *Task) look(ctx context.Context, lesson string, m moment) lab.LessonCheck {
	values := maps.Clone(m.values)
	if values == nil {
		values = map[string]any{}
	}
	values[nameAnswer], values[nameStarted], values[nameNow], values[nameTicked] = m.answer, m.started, m.now, m.ticked
	check := lab.LessonCheck{Lesson: lesson, Task: t.ID, Time: m.now, Evidence: map[string]any{},
		Problem: strings.Join(m.problems, "; ")}
	check.Passed = len(m.problems) == 0 && t.done.holds(ctx, values)
	check.Seen, check.Expected = t.seen.render(ctx, values), t.expected.render(ctx, values)
	for name, expr := range t.evidence {
		if value, err := expr.eval(ctx, values); err == nil {
			check.Evidence[name] = storable(value)
		}
	}
	if t.Asks {
		check.Evidence[nameAnswer] = m.answer
	}
	if check.Passed || len(m.problems) > 0 {
		return check
	}
	for _, wrong := range t.mistakes {
		if wrong.when.holds(ctx, values) {
			hint := wrong.hint.render(ctx, values)
			check.Mistake, check.Hint = wrong.id, &hint
			break
		}
	}
	return check
}

// readAll reads everything that a task watches, side by side.
func (s Sources) readAll(ctx context.Context, t *Task) (values map[string]any, problems []string) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	values = map[string]any{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for name, w := range t.Watch {
		wg.Go(func() {
			value, err := s.read(ctx, w)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				value = nil
				problems = append(problems, name+": "+err.Error())
			}
			values[name] = value
		})
	}
	wg.Wait()
	slices.Sort(problems)
	return values, problems
}
