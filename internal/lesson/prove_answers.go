package lesson

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// ticks waits until the task has been ticked by itself, and keeps the longest wait of
// the lesson.
func (p *prover) ticks(ctx context.Context, t *Task) error {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, showWithin)
	defer cancel()
	for {
		known, err := p.engine.progress(ctx, p.lesson.ID)
		if err != nil {
			return err
		}
		if tick, done := known.ticks[t.ID]; done {
			p.proof.Tick = max(p.proof.Tick, tick.Time.Sub(began).Seconds())
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.New("the task was not ticked by itself")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// question proves a task that takes an answer: each named mistake and the right answer.
func (p *prover) question(ctx context.Context, t *Task) {
	for _, m := range t.mistakes {
		ok := p.step(ctx, t.ID+": mistake "+m.id, func(ctx context.Context) (string, error) {
			answers, err := p.answers(ctx, t, mistakeScript(t.ID, m.id), mistakeAnswer(t.ID, m.id))
			if err != nil {
				return "", err
			}
			return "", p.anyAnswer(ctx, t, answers, func(c lab.LessonCheck) error { return p.isMistake(t, c, m.id) })
		})
		if ok {
			p.proof.Mistakes++
		}
	}
	ok := p.step(ctx, t.ID+": answer", func(ctx context.Context) (string, error) {
		answers, err := p.answers(ctx, t, solveScript(t.ID), solveAnswer(t.ID))
		if err != nil {
			return "", err
		}
		return "", p.anyAnswer(ctx, t, answers, passes)
	})
	if ok {
		p.proof.Solutions++
	}
	if len(t.Choices) > 1 {
		p.step(ctx, t.ID+": one choice is right", func(ctx context.Context) (string, error) { return "", p.oneChoice(ctx, t) })
	}
}

// answers are those to try: the one that a script prints, the one in a file, else all
// the choices.
func (p *prover) answers(ctx context.Context, t *Task, script, file string) ([]string, error) {
	if p.lesson.has(script) {
		output, err := p.engine.script(ctx, p.lesson, script, solveWithin)
		lines := strings.Split(strings.TrimSpace(output), "\n")
		return []string{strings.TrimSpace(lines[len(lines)-1])}, err
	}
	if p.lesson.has(file) {
		return []string{strings.TrimSpace(p.lesson.read(file))}, nil
	}
	var ids []string
	for _, c := range t.Choices {
		ids = append(ids, c.ID)
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("neither %s nor %s is there", script, file)
	}
	return ids, nil
}

// anyAnswer: one of the answers makes the check say what is wanted.
func (p *prover) anyAnswer(ctx context.Context, t *Task, answers []string, want func(lab.LessonCheck) error) error {
	var last error
	for _, answer := range answers {
		check, err := p.engine.Check(ctx, lab.CheckRequest{Lesson: p.lesson.ID, Task: t.ID, Answer: answer})
		if err == nil {
			err = want(check)
		}
		if err == nil {
			return nil
		}
		last = fmt.Errorf("answer %q: %w", answer, err)
	}
	return last
}

func (p *prover) oneChoice(ctx context.Context, t *Task) error {
	right := []string{}
	for _, c := range t.Choices {
		check, err := p.engine.Check(ctx, lab.CheckRequest{Lesson: p.lesson.ID, Task: t.ID, Answer: c.ID})
		if err != nil {
			return err
		}
		if check.Passed {
			right = append(right, c.ID)
		}
	}
	if len(right) != 1 {
		return fmt.Errorf("%d choices are right: %s", len(right), strings.Join(right, ", "))
	}
	return nil
}
