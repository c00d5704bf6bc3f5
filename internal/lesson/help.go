package lesson

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Hint returns the next hint of a task and counts it; when all were shown, the last.
func (e *Engine) Hint(ctx context.Context, id, task string) (lab.Text, error) {
	l, t, err := e.findTask(id, task)
	if err != nil {
		return lab.Text{}, err
	}
	taken, err := e.opt.Store.Hints(ctx, l.ID)
	if err != nil {
		return lab.Text{}, err
	}
	next := 1
	for _, h := range taken {
		if h.Task == task && h.Number >= next {
			next = h.Number + 1
		}
	}
	if next > len(t.Hints) {
		return t.Hints[len(t.Hints)-1], nil
	}
	hint := lab.LessonHint{Lesson: id, Task: task, Number: next, Time: time.Now()}
	return t.Hints[next-1], e.opt.Store.AddHint(ctx, hint)
}

// Solution returns how a task is done and counts that it was shown.
func (e *Engine) Solution(ctx context.Context, id, task string) (lab.Solution, error) {
	l, t, err := e.findTask(id, task)
	if err != nil {
		return lab.Solution{}, err
	}
	s := lab.Solution{Task: task, Commands: l.read(solveScript(task))}
	if t.Asks && s.Commands == "" {
		s.Answer = e.rightAnswer(ctx, l, t)
	}
	return s, e.opt.Store.AddHint(ctx, lab.LessonHint{Lesson: id, Task: task, Time: time.Now()})
}

// rightAnswer finds the answer that passes: the one in the lesson's files, or by trying
// the choices.
func (e *Engine) rightAnswer(ctx context.Context, l *Lesson, t *Task) string {
	if answer := strings.TrimSpace(l.read(solveAnswer(t.ID))); answer != "" {
		return answer
	}
	p, err := e.progress(ctx, l.ID)
	if err != nil {
		return ""
	}
	m := moment{started: p.started(), now: time.Now(), ticked: p.ticked()}
	m.values, m.problems = e.opt.Sources.readAll(ctx, t)
	for _, c := range t.Choices {
		if m.answer = c.ID; t.look(ctx, l.ID, m).Passed {
			return c.ID
		}
	}
	return ""
}

// Picture returns an SVG file of a lesson.
func (e *Engine) Picture(_ context.Context, id, name string) ([]byte, error) {
	l, err := e.find(id)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(l.Pictures, name) {
		return nil, lab.Errorf(lab.CodeNotFound, "Its pictures: "+strings.Join(l.Pictures, ", "), "lesson %s has no picture %q", id, name)
	}
	return fs.ReadFile(l.Files, name)
}

// Note returns the learner's own text about a lesson.
func (e *Engine) Note(ctx context.Context, id string) (string, error) {
	if _, err := e.find(id); err != nil {
		return "", err
	}
	note, err := e.opt.Notes.Get(ctx, id)
	return note.Text, err
}

// SetNote replaces it; an empty text removes it.
func (e *Engine) SetNote(ctx context.Context, id, text string) error {
	if _, err := e.find(id); err != nil {
		return err
	}
	return e.opt.Notes.Put(ctx, lab.Note{Subject: id, Text: text, Changed: time.Now()})
}
