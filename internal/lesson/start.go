package lesson

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

const (
	// startWithin and solveWithin bound scripts.
	startWithin = 2 * time.Minute
	solveWithin = 3 * time.Minute
	// lastOutput is how much of what a failed script said goes into the error.
	lastOutput = 1200
)

// Start brings about the start of a lesson, whatever is there, and returns when it is
// there; what finished lessons still run is ended first. It is the reset, too: ticks stay.
// CodeRunning while the lesson is being prepared already.
func (e *Engine) Start(ctx context.Context, id string) error {
	l, err := e.find(id)
	if err != nil {
		return err
	}
	if err := e.occupy(id); err != nil {
		return err
	}
	defer e.vacate(id)
	e.tellLesson(ctx, l, lab.StateRunning, nil)
	if err := e.makeRoom(ctx, l); err != nil {
		e.opt.Log.Warn("finished lessons keep what they hold", "error", err)
	}
	if err := e.prepare(ctx, l); err != nil {
		e.tellLesson(ctx, l, lab.StateFailed, err)
		return err
	}
	// Commits and objects have whole seconds: what is made from now on is not older.
	now := time.Now().Truncate(time.Second)
	if err := e.opt.Store.AddStart(ctx, lab.LessonStart{Lesson: id, Time: now}); err != nil {
		return err
	}
	e.open(id)
	e.tellLesson(ctx, l, lab.StateReady, nil)
	return nil
}

// prepare makes namespaces and repositories and runs start.sh.
func (e *Engine) prepare(ctx context.Context, l *Lesson) error {
	if e.opt.Grounds == nil || e.opt.Runner == nil {
		return noWorkbench()
	}
	for _, name := range l.Namespaces {
		if err := e.opt.Grounds.MakeNamespace(ctx, name); err != nil {
			return fmt.Errorf("start %s: %w", l.ID, err)
		}
	}
	for _, name := range l.Repositories {
		if err := e.opt.Grounds.MakeRepository(ctx, name); err != nil {
			return fmt.Errorf("start %s: %w", l.ID, err)
		}
	}
	_, err := e.script(ctx, l, startScript, startWithin)
	return err
}

func noWorkbench() error {
	return lab.Errorf(lab.CodeNotReady, "Wait for it: labbox status", "the workbench is not there yet")
}

// script runs a script of the lesson; one that fails is an error with the end of what
// it said.
func (e *Engine) script(ctx context.Context, l *Lesson, name string, within time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	out, err := e.opt.Runner.Run(ctx, Script{Lesson: l.ID, Name: name, Files: l.Files})
	if err != nil {
		return out.Text, fmt.Errorf("run %s of %s: %w", name, l.ID, err)
	}
	if out.Code != 0 {
		return out.Text, lab.Errorf(lab.CodeStep, "The end of what it said:\n"+tail(out.Text), "%s of lesson %s ended with exit code %d", name, l.ID, out.Code)
	}
	return out.Text, nil
}

// tail returns the end of a text, from the beginning of a line.
func tail(text string) string {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD"))
	if len(text) <= lastOutput {
		return text
	}
	text = strings.ToValidUTF8(text[len(text)-lastOutput:], "")
	if _, rest, found := strings.Cut(text, "\n"); found {
		text = rest
	}
	return "… " + text
}

// tellLesson emits the event of a lesson as a whole; its subject has no task.
func (e *Engine) tellLesson(ctx context.Context, l *Lesson, state lab.State, err error) {
	event := lab.Event{Kind: lab.EventLesson, Subject: l.ID, Title: l.Title.EN, State: state}
	if err != nil {
		event.Error = lab.AsError(err)
	}
	e.opt.Emit(ctx, event)
}

// Replay does a task by its solution, which counts as shown, and returns what the
// script said. For a question the last line of that is the answer; it is not given.
func (e *Engine) Replay(ctx context.Context, id, task string) (string, error) {
	l, t, err := e.findTask(id, task)
	if err != nil {
		return "", err
	}
	solution, err := e.Solution(ctx, id, task)
	if err != nil {
		return "", err
	}
	if t.Asks && !l.has(solveScript(task)) {
		return solution.Answer, nil
	}
	if e.opt.Runner == nil {
		return "", noWorkbench()
	}
	return e.script(ctx, l, solveScript(task), solveWithin)
}
