package lesson

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

const (
	// resetWithin is how long a reset may take.
	resetWithin = 10 * time.Second
	// showWithin is how long the systems may take to show what a script has done.
	showWithin = 30 * time.Second
	// proofPause is the time between two looks while something is awaited.
	proofPause = 200 * time.Millisecond
)

// Prove goes through the whole life of a lesson on the real systems:
//
//	start ─► checks fail ─► for each task: mistakes, solution, sabotage, solution ─► reset ─► checks fail ─► put away
//
// It has a memory of its own, so that nobody's progress is touched; meanwhile the
// lesson counts as being prepared. What is not as it should be is in the LessonProof.
func (e *Engine) Prove(ctx context.Context, id string) (lab.LessonProof, error) {
	l, err := e.find(id)
	if err != nil {
		return lab.LessonProof{}, err
	}
	if err := e.occupy(id); err != nil {
		return lab.LessonProof{}, err
	}
	defer e.vacate(id)
	p := newProver(e, l)
	done := p.watch(ctx)
	defer done()
	began := time.Now()
	p.proof = lab.LessonProof{Lesson: id, Started: began, Steps: []lab.ProofStep{}}
	p.goThrough(ctx)
	if known, err := e.progress(ctx, id); err == nil && (known.started().IsZero() || known.show(l).Finished != nil) { // else it is left at the learner's start
		p.step(ctx, "put away", func(ctx context.Context) (string, error) { return "", e.putAway(ctx, l, e.everyLesson()) })
	}
	p.proof.Seconds = time.Since(began).Seconds()
	p.proof.Passed = len(p.proof.Steps) > 0
	for _, s := range p.proof.Steps {
		p.proof.Passed = p.proof.Passed && s.Passed
	}
	return p.proof, ctx.Err()
}

// prover proves one lesson.
type prover struct {
	engine *Engine // of its own
	lesson *Lesson
	store  *scratch
	resets *sync.Mutex // held while a reset is timed
	proof  lab.LessonProof
	hints  map[lab.Text]string // by whom each hint is given
}

func newProver(e *Engine, l *Lesson) *prover {
	o := e.opt
	store := &scratch{}
	o.Store, o.Emit = store, nil
	own := New(o)
	own.SetLessons(l.Trend, []*Lesson{l})
	return &prover{engine: own, lesson: l, store: store, resets: &e.resets, hints: map[lab.Text]string{}}
}

// watch lets the engine tick by itself; the caller ends it.
func (p *prover) watch(ctx context.Context) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.engine.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

// goThrough does the whole life; a start that fails ends it.
func (p *prover) goThrough(ctx context.Context) {
	var ok bool
	p.afterResets()
	if p.proof.Start, ok = p.start(ctx, "start", startWithin); !ok {
		return
	}
	p.nothingIsDone(ctx, "start")
	for _, t := range p.lesson.Tasks {
		if ctx.Err() != nil {
			return
		}
		if t.Asks {
			p.question(ctx, t)
			continue
		}
		p.task(ctx, t)
	}
	before := len(p.store.ticks)
	if p.reset(ctx) {
		p.nothingIsDone(ctx, "reset")
	}
	if kept := len(p.store.ticks); kept != before {
		p.step(ctx, "reset: progress", func(context.Context) (string, error) {
			return "", fmt.Errorf("%d ticks before the reset, %d after it", before, kept)
		})
	}
}

// step does and notes one move, which begins when no reset is timed.
func (p *prover) step(ctx context.Context, name string, do func(ctx context.Context) (output string, err error)) bool {
	p.afterResets()
	return p.note(ctx, name, do)
}

// afterResets waits while the reset of another lesson is timed.
func (p *prover) afterResets() {
	p.resets.Lock()
	defer p.resets.Unlock()
}

// reset is the start once more. A learner resets one lesson, so nothing of other lessons
// begins beside it.
func (p *prover) reset(ctx context.Context) (ok bool) {
	p.resets.Lock()
	defer p.resets.Unlock()
	p.proof.Reset, ok = p.start(ctx, "reset", resetWithin)
	return ok
}

// note does and notes one move; what do returns of a script's output is kept when it
// fails.
func (p *prover) note(ctx context.Context, name string, do func(ctx context.Context) (output string, err error)) bool {
	began := time.Now()
	output, err := do(ctx)
	s := lab.ProofStep{Name: name, Passed: err == nil, Seconds: time.Since(began).Seconds()}
	if err != nil {
		s.Problem, s.Output = err.Error(), tail(output)
		if e := (*lab.Error)(nil); errors.As(err, &e) && e.Code == lab.CodeStep && output == "" {
			s.Output = e.Hint
		}
	}
	p.proof.Steps = append(p.proof.Steps, s)
	return err == nil
}

// start brings about the start and says how long that took.
func (p *prover) start(ctx context.Context, name string, within time.Duration) (seconds float64, ok bool) {
	ok = p.note(ctx, name, func(ctx context.Context) (string, error) {
		began := time.Now()
		err := p.engine.Start(ctx, p.lesson.ID)
		seconds = time.Since(began).Seconds()
		if err == nil && time.Since(began) > within {
			err = fmt.Errorf("it took %.1f s; %s are the most", seconds, within)
		}
		return "", err
	})
	return seconds, ok
}

// nothingIsDone: at the start no check passes, and nothing is ticked by itself.
func (p *prover) nothingIsDone(ctx context.Context, when string) {
	// What is made within the second of the start cannot be told from what was before.
	select {
	case <-ctx.Done():
	case <-time.After(time.Until(time.Now().Truncate(time.Second).Add(time.Second + 10*time.Millisecond))):
	}
	for _, t := range p.lesson.Tasks {
		if t.Asks {
			continue // without an answer it says nothing
		}
		p.step(ctx, when+": "+t.ID+" fails", func(ctx context.Context) (string, error) {
			return "", p.await(ctx, t, "", func(c lab.LessonCheck) error {
				if c.Passed {
					return fmt.Errorf("it passes, though nothing has been done: %s", c.Seen.EN)
				}
				return nil
			})
		})
	}
}

// task proves a task that is done on the systems.
func (p *prover) task(ctx context.Context, t *Task) {
	for _, m := range t.mistakes {
		ok := p.script(ctx, t, t.ID+": mistake "+m.id, mistakeScript(t.ID, m.id), func(c lab.LessonCheck) error { return p.isMistake(t, c, m.id) })
		if ok {
			p.proof.Mistakes++
		}
	}
	if p.solveFirst(ctx, t) {
		p.proof.Solutions++
	}
	if !p.lesson.has(sabotageScript(t.ID)) {
		return
	}
	ok := p.script(ctx, t, t.ID+": sabotage", sabotageScript(t.ID), func(c lab.LessonCheck) error {
		if c.Passed {
			return errors.New("the check still passes")
		}
		return nil
	})
	if ok {
		p.proof.Sabotages++
	}
	p.script(ctx, t, t.ID+": solve again", solveScript(t.ID), passes)
}

// solveFirst replays the solution; then the task must be ticked by itself, and pass.
func (p *prover) solveFirst(ctx context.Context, t *Task) bool {
	return p.step(ctx, t.ID+": solve", func(ctx context.Context) (string, error) {
		output, err := p.engine.script(ctx, p.lesson, solveScript(t.ID), solveWithin)
		if err != nil {
			return output, err
		}
		ticked := p.ticks(ctx, t)
		return output, errors.Join(p.await(ctx, t, "", passes), ticked)
	})
}

func passes(c lab.LessonCheck) error {
	if !c.Passed {
		return fmt.Errorf("the check does not pass: seen is %q, expected %q%s", c.Seen.EN, c.Expected.EN, because(c))
	}
	return nil
}

// because says what else a check knows.
func because(c lab.LessonCheck) string {
	text := ""
	if c.Mistake != "" {
		text += ", mistake " + c.Mistake
	}
	if c.Problem != "" {
		text += ", " + c.Problem
	}
	return text
}

// script runs a script and awaits what the task's check is to say.
func (p *prover) script(ctx context.Context, t *Task, name, file string, want func(lab.LessonCheck) error) bool {
	return p.step(ctx, name, func(ctx context.Context) (string, error) {
		output, err := p.engine.script(ctx, p.lesson, file, solveWithin)
		if err != nil {
			return output, err
		}
		return output, p.await(ctx, t, "", want)
	})
}

// await looks until the check is as wanted; the error is that of the last look.
func (p *prover) await(ctx context.Context, t *Task, answer string, want func(lab.LessonCheck) error) error {
	ctx, cancel := context.WithTimeout(ctx, showWithin)
	defer cancel()
	last := errors.New("there was no time to look")
	for {
		check, err := p.engine.Check(ctx, lab.CheckRequest{Lesson: p.lesson.ID, Task: t.ID, Answer: answer})
		if ctx.Err() != nil {
			return last
		}
		if err == nil {
			err = want(check)
		}
		if err == nil {
			return nil
		}
		last = err
		select {
		case <-ctx.Done():
			return last
		case <-time.After(proofPause):
		}
	}
}

// isMistake: the check recognises the mistake, and the hint is one that no other
// mistake of the lesson gives.
func (p *prover) isMistake(t *Task, c lab.LessonCheck, id string) error {
	who := t.ID + "/" + id
	switch {
	case c.Passed:
		return errors.New("the check passes in spite of the mistake")
	case c.Mistake != id || c.Hint == nil:
		return fmt.Errorf("the mistake is not recognised; seen is %q%s", c.Seen.EN, because(c))
	case p.hints[*c.Hint] != "" && p.hints[*c.Hint] != who:
		return fmt.Errorf("its hint is the one of mistake %s", p.hints[*c.Hint])
	}
	p.hints[*c.Hint] = who
	return nil
}
