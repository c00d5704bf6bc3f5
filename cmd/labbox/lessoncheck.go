package main

import (
	"context"
	"fmt"
	"sort"
	"time"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

// followEvery is how often --watch asks how the lesson stands.
const followEvery = 500 * time.Millisecond

// lessonResult is what a check of a lesson has found.
type lessonResult struct {
	Lesson string `json:"lesson"`
	// Passed says that every task that was looked at passes, or was done before and later
	// ones, which may change what it made, pass.
	Passed bool              `json:"passed"`
	Checks []lab.LessonCheck `json:"checks"`
}

// checkFlags are those of "lesson check".
type checkFlags struct {
	task, answer, output, lang string
	watch                      bool
}

func newLessonCheck(g *globals) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check TREND/ID",
		Short: "Look whether the tasks are done; exit 0 only when they are",
		Long: "Look with fresh readings whether the tasks of a lesson are done, all or one of them.\n" +
			"The exit code is 0 when they are and 17 when one is not. A question takes --answer: the\n" +
			"letter of a choice, or the text.",
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error { return checkLesson(cmd, g, f, given) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.task, "task", "t", "", "one task instead of all")
	flags.StringVarP(&f.answer, "answer", "a", "", "the answer to the question that --task names")
	flags.BoolVarP(&f.watch, "watch", "w", false, "stay and say what changes, until all tasks are done")
	languageFlag(cmd, &f.lang)
	outputFlag(cmd, &f.output)
	return cmd
}

func checkLesson(cmd *cobra.Command, g *globals, f checkFlags, given []string) error {
	asJSON, err := wantJSON(cmd, f.output)
	if err != nil {
		return err
	}
	lang, err := language(cmd, f.lang)
	if err != nil {
		return err
	}
	name, err := oneLesson(cmd, given)
	if err != nil {
		return err
	}
	if f.answer != "" && f.task == "" {
		return usageError(cmd, "--answer needs --task: it is the answer to one question")
	}
	cfg, err := g.config()
	if err != nil {
		return err
	}
	remote, m := app.Connect(cfg), newMarkdown(cmd.OutOrStdout(), lang)
	if f.watch {
		return followLesson(cmd.Context(), remote, m, name, lang)
	}
	var result lessonResult
	if f.task != "" {
		result, err = checkTask(cmd.Context(), remote, lab.CheckRequest{Lesson: name, Task: f.task, Answer: f.answer})
	} else {
		result, err = checkAll(cmd.Context(), remote, name)
	}
	if err != nil {
		return err
	}
	if asJSON {
		err = printJSON(cmd.OutOrStdout(), result)
	} else {
		for _, c := range result.Checks {
			printCheck(m, c, lang)
		}
	}
	if err != nil || result.Passed {
		return err
	}
	return lab.Errorf(lab.CodeLesson, "Help: labbox lesson hint "+name, "lesson %s is not done", name)
}

func checkTask(ctx context.Context, remote *app.Remote, q lab.CheckRequest) (lessonResult, error) {
	check, err := remote.CheckLesson(ctx, q)
	return lessonResult{q.Lesson, check.Passed, []lab.LessonCheck{check}}, err
}

// checkAll looks at every task. A question counts as it was answered.
func checkAll(ctx context.Context, remote *app.Remote, name string) (lessonResult, error) {
	view, err := remote.Lesson(ctx, name)
	if err != nil {
		return lessonResult{}, err
	}
	result := lessonResult{Lesson: name, Checks: []lab.LessonCheck{}}
	for _, t := range view.List {
		check := lab.LessonCheck{Lesson: name, Task: t.ID, Time: time.Now(), Evidence: map[string]any{}}
		if t.Asks && t.Tick != nil {
			check.Passed, check.Evidence = true, t.Tick.Evidence
		} else if check, err = remote.CheckLesson(ctx, lab.CheckRequest{Lesson: name, Task: t.ID}); err != nil {
			return lessonResult{}, err
		}
		result.Checks = append(result.Checks, check)
	}
	result.Passed = standsDone(view.List, result.Checks)
	return result, nil
}

// standsDone: every task passes. One that was ticked and does not pass any more counts
// as done while a later one passes, for later tasks may change what earlier ones made;
// questions change nothing.
func standsDone(tasks []lab.LessonTask, checks []lab.LessonCheck) bool {
	later := false
	for i := len(tasks) - 1; i >= 0; i-- {
		if !checks[i].Passed && (tasks[i].Tick == nil || !later) {
			return false
		}
		later = later || checks[i].Passed && !tasks[i].Asks
	}
	return true
}

// printCheck says in a few lines what was found.
func printCheck(m *markdown, c lab.LessonCheck, lang string) {
	mark := "✗"
	if c.Passed {
		mark = "✓"
	}
	fmt.Fprintf(m.out, "%s %s\n", mark, c.Task)
	printFound(m, c, lang)
	if !c.Passed {
		return
	}
	keys := make([]string, 0, len(c.Evidence))
	for k := range c.Evidence {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Fprintf(m.out, "    %-20s %v\n", k, c.Evidence[k])
	}
}

// printFound says what is, what should be, and what helps.
func printFound(m *markdown, c lab.LessonCheck, lang string) {
	line := func(de, en, text string) {
		if text != "" {
			m.wrap(text, fmt.Sprintf("    %-12s", say(lang, de, en)), "                ")
		}
	}
	line("gesehen:", "seen:", c.Seen.In(lang))
	if c.Passed {
		return
	}
	line("erwartet:", "expected:", c.Expected.In(lang))
	line("Problem:", "problem:", c.Problem)
	if c.Hint != nil {
		line("Hinweis:", "hint:", c.Hint.In(lang))
	}
}

// followLesson says what changes until all tasks are ticked or ctx is done.
func followLesson(ctx context.Context, remote *app.Remote, m *markdown, name, lang string) error {
	said := map[string]string{}
	for {
		view, err := remote.Lesson(ctx, name)
		if err != nil {
			return err
		}
		if view.Started == nil {
			return lab.Errorf(lab.CodeNotReady, "Start it: labbox lesson start "+name, "lesson %s has not been started", name)
		}
		for _, t := range view.List {
			if now := stand(t); now != said[t.ID] {
				said[t.ID] = now
				fmt.Fprintf(m.out, "%s ", time.Now().Format(time.TimeOnly))
				printStand(m, t, lang)
			}
		}
		if view.Done == view.Tasks {
			fmt.Fprintln(m.out, say(lang, "Alle Aufgaben sind erledigt.", "All tasks are done."))
			return nil
		}
		select {
		case <-ctx.Done():
			return lab.Errorf(lab.CodeInterrupted, "", "%d of %d tasks are done", view.Done, view.Tasks)
		case <-time.After(followEvery):
		}
	}
}

// stand is the same for as long as a task stands the same.
func stand(t lab.LessonTask) string {
	text := fmt.Sprint(t.Tick != nil)
	if t.Check != nil && t.Tick == nil {
		text += t.Check.Seen.EN + "\n" + t.Check.Problem + "\n" + t.Check.Mistake
	}
	return text
}

func printStand(m *markdown, t lab.LessonTask, lang string) {
	switch {
	case t.Tick != nil:
		fmt.Fprintf(m.out, "✓ %s\n", t.ID)
	case t.Check != nil:
		printCheck(m, *t.Check, lang)
	case t.Asks:
		fmt.Fprintf(m.out, "? %s  %s\n", t.ID, say(lang, "eine Frage: antworte mit", "a question: answer with")+" labbox lesson check --task "+t.ID+" --answer ...")
	default:
		fmt.Fprintf(m.out, "… %s\n", t.ID)
	}
}
