package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

// newLessonStart is "start" and "reset", which are the same on the systems.
func newLessonStart(g *globals, verb string) *cobra.Command {
	var lang string
	cmd := &cobra.Command{Use: verb + " TREND/ID", Short: "Bring about the start of a lesson, and watch its tasks", Args: args(cobra.MaximumNArgs(1))}
	if verb == "reset" {
		cmd.Short = "Bring the start of a lesson back; what you have done stays ticked"
	}
	languageFlag(cmd, &lang)
	var took time.Duration
	return reading(g, cmd, func(ctx context.Context, cfg app.Config, given []string) (lab.LessonView, error) {
		name, err := lessonAndLanguage(cmd, given, lang)
		if err != nil {
			return lab.LessonView{}, err
		}
		began := time.Now()
		view, err := app.Connect(cfg).StartLesson(ctx, name)
		took = time.Since(began)
		return view, err
	}, func(out io.Writer, v lab.LessonView) error {
		chosen, _ := language(cmd, lang)
		m := newMarkdown(out, chosen)
		fmt.Fprintln(out, say(chosen, fmt.Sprintf("%s ist bereit (%.1f s). Aufgaben:", v.ID, took.Seconds()),
			fmt.Sprintf("%s is ready (%.1f s). Tasks:", v.ID, took.Seconds())))
		fmt.Fprintln(out)
		for i, t := range v.List {
			printTask(m, i+1, t, chosen)
		}
		return nil
	})
}

func newLessonStop(g *globals) *cobra.Command {
	var lang string
	cmd := &cobra.Command{Use: "stop TREND/ID", Short: "End what a lesson runs; what you have done stays ticked", Args: args(cobra.MaximumNArgs(1))}
	languageFlag(cmd, &lang)
	return reading(g, cmd, func(ctx context.Context, cfg app.Config, given []string) (lab.LessonView, error) {
		name, err := lessonAndLanguage(cmd, given, lang)
		if err != nil {
			return lab.LessonView{}, err
		}
		return app.Connect(cfg).StopLesson(ctx, name)
	}, func(out io.Writer, v lab.LessonView) error {
		chosen, _ := language(cmd, lang)
		_, err := fmt.Fprintln(out, say(chosen, v.ID+" ist weggeräumt. Anfangen: ", v.ID+" is put away. Begin: ")+"labbox lesson start "+v.ID)
		return err
	})
}

func newLessonHint(g *globals) *cobra.Command {
	var lang, task string
	cmd := &cobra.Command{Use: "hint TREND/ID", Short: "Show the next hint for a task; it is counted", Args: args(cobra.MaximumNArgs(1))}
	cmd.Flags().StringVarP(&task, "task", "t", "", "the task (default the first that is not done)")
	languageFlag(cmd, &lang)
	return reading(g, cmd, func(ctx context.Context, cfg app.Config, given []string) (lab.Text, error) {
		name, err := lessonAndLanguage(cmd, given, lang)
		if err != nil {
			return lab.Text{}, err
		}
		remote := app.Connect(cfg)
		if task == "" {
			if task, err = nextTask(ctx, remote, name); err != nil {
				return lab.Text{}, err
			}
		}
		return remote.LessonHint(ctx, name, task)
	}, func(out io.Writer, hint lab.Text) error {
		chosen, _ := language(cmd, lang)
		newMarkdown(out, chosen).write(hint.In(chosen), "")
		return nil
	})
}

// nextTask is the first that is not ticked; CodeUsage where all are.
func nextTask(ctx context.Context, remote *app.Remote, name string) (string, error) {
	view, err := remote.Lesson(ctx, name)
	if err != nil {
		return "", err
	}
	for _, t := range view.List {
		if t.Tick == nil {
			return t.ID, nil
		}
	}
	return "", lab.Errorf(lab.CodeUsage, "Name one: --task TASK", "every task of %s is done", name)
}
