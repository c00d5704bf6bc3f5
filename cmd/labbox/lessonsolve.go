package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

// solvedWithin is how long the systems may take to show what a solution has done.
const solvedWithin = 30 * time.Second

// solved is what "lesson solve" prints as JSON.
type solved struct {
	Lesson string `json:"lesson"`
	// Passed is whether every task that was replayed passes; true where none was.
	Passed bool         `json:"passed"`
	Tasks  []solvedTask `json:"tasks"`
}

// solvedTask is one task with its solution and, where it was replayed, what came of it.
type solvedTask struct {
	lab.Solution
	Output  string           `json:"output,omitempty"`
	Seconds float64          `json:"seconds,omitempty"`
	Check   *lab.LessonCheck `json:"check,omitempty"`
}

func newLessonSolve(g *globals) *cobra.Command {
	var task, lang string
	var run bool
	cmd := &cobra.Command{
		Use:   "solve TREND/ID",
		Short: "Show how the tasks are done, or do them with --run; it is counted",
		Long: "Show the commands that do the tasks of a lesson, or one of them. With --run they are\n" +
			"replayed in the workbench, questions are answered, and each task is then checked.",
		Args: args(cobra.MaximumNArgs(1)),
	}
	cmd.Flags().StringVarP(&task, "task", "t", "", "one task instead of all")
	cmd.Flags().BoolVar(&run, "run", false, "replay the solution in the workbench")
	languageFlag(cmd, &lang)
	var output string
	outputFlag(cmd, &output)
	cmd.RunE = func(cmd *cobra.Command, given []string) error {
		asJSON, err := wantJSON(cmd, output)
		if err != nil {
			return err
		}
		chosen, err := language(cmd, lang)
		if err != nil {
			return err
		}
		name, err := oneLesson(cmd, given)
		if err != nil {
			return err
		}
		cfg, err := g.config()
		if err != nil {
			return err
		}
		result, err := solveLesson(cmd.Context(), app.Connect(cfg), lab.CheckRequest{Lesson: name, Task: task}, run)
		if err != nil {
			return err
		}
		return printSolved(cmd.OutOrStdout(), result, chosen, asJSON)
	}
	return cmd
}

// printSolved prints the solutions; a replay that does not pass is an error, too.
func printSolved(out io.Writer, v *solved, lang string, asJSON bool) error {
	if asJSON {
		if err := printJSON(out, v); err != nil {
			return err
		}
	} else {
		for _, t := range v.Tasks {
			printSolution(newMarkdown(out, lang), t, lang)
		}
	}
	if v.Passed {
		return nil
	}
	last := v.Tasks[len(v.Tasks)-1]
	return lab.Errorf(lab.CodeLesson, "Begin anew: labbox lesson reset "+v.Lesson, "the solution of task %s did not pass", last.Task)
}

// solveLesson shows, or replays, the solution of one task or of all in their order.
func solveLesson(ctx context.Context, remote *app.Remote, q lab.CheckRequest, run bool) (*solved, error) {
	view, err := remote.Lesson(ctx, q.Lesson)
	if err != nil {
		return nil, err
	}
	out := &solved{Lesson: q.Lesson, Passed: true, Tasks: []solvedTask{}}
	for _, t := range view.List {
		if q.Task != "" && q.Task != t.ID {
			continue
		}
		solution, err := remote.LessonSolution(ctx, q.Lesson, t.ID)
		if err != nil {
			return nil, err
		}
		one := solvedTask{Solution: solution}
		if run {
			if err := one.replay(ctx, remote, q.Lesson); err != nil {
				return nil, err
			}
			out.Passed = out.Passed && one.Check.Passed
		}
		out.Tasks = append(out.Tasks, one)
		if !out.Passed {
			break
		}
	}
	if len(out.Tasks) == 0 {
		return nil, lab.Errorf(lab.CodeNotFound, "Its tasks: labbox lesson show "+q.Lesson, "lesson %s has no task %q", q.Lesson, q.Task)
	}
	return out, nil
}

// replay does a task and waits until its check passes.
func (t *solvedTask) replay(ctx context.Context, remote *app.Remote, lesson string) error {
	began := time.Now()
	var err error
	if t.Output, err = remote.ReplayLesson(ctx, lesson, t.Task); err != nil {
		return err
	}
	answer := t.Answer
	if lines := strings.Split(strings.TrimSpace(t.Output), "\n"); answer == "" {
		answer = strings.TrimSpace(lines[len(lines)-1])
	}
	for {
		check, err := remote.CheckLesson(ctx, lab.CheckRequest{Lesson: lesson, Task: t.Task, Answer: answer})
		if err != nil {
			return err
		}
		t.Check, t.Seconds = &check, time.Since(began).Seconds()
		if check.Passed || time.Since(began) > solvedWithin {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func printSolution(m *markdown, t solvedTask, lang string) {
	fmt.Fprintln(m.out, m.style("1", "# "+t.Task))
	if t.Answer != "" {
		fmt.Fprintln(m.out, say(lang, "Antwort: ", "Answer: ")+t.Answer)
	}
	if t.Commands != "" {
		fmt.Fprintln(m.out, strings.TrimRight(t.Commands, "\n"))
	}
	if t.Diff != "" {
		fmt.Fprintln(m.out, strings.TrimRight(t.Diff, "\n"))
	}
	if t.Check != nil {
		if t.Output != "" {
			fmt.Fprintln(m.out, m.style("2", strings.TrimRight(t.Output, "\n")))
		}
		printCheck(m, *t.Check, lang)
	}
	fmt.Fprintln(m.out)
}
