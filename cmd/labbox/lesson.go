package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

func newLesson(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lesson",
		Short: "Lessons: things to do on the real systems, ticked as soon as they are done",
		Long: "Lessons are things to do on the real systems. Start one, work in the workbench or with\n" +
			"kubectl and git, and each task is ticked as soon as the systems are as it wants them.",
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newLessonList(g), newLessonShow(g), newLessonStart(g, "start"), newLessonCheck(g), newLessonHint(g),
		newLessonSolve(g), newLessonStart(g, "reset"), newLessonStop(g), newLessonProve(g), newLessonReload(g))
	return cmd
}

// oneLesson takes the lesson from the arguments, or from the environment, as scripts and
// the workbench have it.
func oneLesson(cmd *cobra.Command, given []string) (string, error) {
	name := os.Getenv("LESSON")
	if len(given) > 0 {
		name = given[0]
	}
	if trend, folder, ok := strings.Cut(name, "/"); !ok || trend == "" || folder == "" {
		return "", lab.Errorf(lab.CodeUsage, "All there are: labbox lesson list", "name a lesson as TREND/ID: %s TREND/ID", cmd.CommandPath())
	}
	return name, nil
}

// lessonAndLanguage is oneLesson for commands that print texts; the language must be one
// that there is.
func lessonAndLanguage(cmd *cobra.Command, given []string, lang string) (string, error) {
	if _, err := language(cmd, lang); err != nil {
		return "", err
	}
	return oneLesson(cmd, given)
}

func newLessonList(g *globals) *cobra.Command {
	var lang string
	cmd := &cobra.Command{Use: "list", Short: "List the lessons, and how far you are", Args: args(cobra.NoArgs)}
	languageFlag(cmd, &lang)
	return reading(g, cmd, func(ctx context.Context, cfg app.Config, _ []string) (map[string][]lab.Lesson, error) {
		if _, err := language(cmd, lang); err != nil {
			return nil, err
		}
		list, err := app.Connect(cfg).Lessons(ctx)
		return map[string][]lab.Lesson{"lessons": list}, err
	}, func(out io.Writer, v map[string][]lab.Lesson) error {
		chosen, _ := language(cmd, lang) // it was right above
		return printLessons(out, v["lessons"], chosen)
	})
}

func printLessons(out io.Writer, lessons []lab.Lesson, lang string) error {
	w := tabwriter.NewWriter(out, 2, 4, 2, ' ', 0)
	fmt.Fprintln(w, say(lang, "LEKTION\tAUFGABEN\tMINUTEN\tTITEL", "LESSON\tTASKS\tMINUTES\tTITLE"))
	for _, l := range lessons {
		mark := ""
		switch {
		case l.Finished != nil:
			mark = " ✓"
		case l.Started != nil:
			mark = " …"
		}
		fmt.Fprintf(w, "%s\t%d/%d%s\t%d\t%s\n", l.ID, l.Done, l.Tasks, mark, l.Minutes, l.Title.In(lang))
	}
	return w.Flush()
}

// say chooses between two texts.
func say(lang, de, en string) string { return lab.Text{DE: de, EN: en}.In(lang) }

func newLessonShow(g *globals) *cobra.Command {
	var lang string
	var all bool
	cmd := &cobra.Command{Use: "show TREND/ID", Short: "Show a lesson: its theory, its tasks, and how you stand", Args: args(cobra.MaximumNArgs(1))}
	languageFlag(cmd, &lang)
	cmd.Flags().BoolVar(&all, "debrief", false, "show the debrief before the lesson is finished, too")
	return reading(g, cmd, func(ctx context.Context, cfg app.Config, given []string) (lab.LessonView, error) {
		name, err := lessonAndLanguage(cmd, given, lang)
		if err != nil {
			return lab.LessonView{}, err
		}
		return app.Connect(cfg).Lesson(ctx, name)
	}, func(out io.Writer, v lab.LessonView) error {
		chosen, _ := language(cmd, lang)
		printLesson(newMarkdown(out, chosen), v, chosen, all)
		return nil
	})
}

// printLesson writes a lesson as one would read it: first what for, then what to do.
func printLesson(m *markdown, v lab.LessonView, lang string, debrief bool) {
	m.write("# "+v.Title.In(lang), "")
	fmt.Fprintln(m.out, say(lang, fmt.Sprintf("%s, etwa %d Minuten, %d von %d Aufgaben erledigt", v.ID, v.Minutes, v.Done, v.Tasks),
		fmt.Sprintf("%s, about %d minutes, %d of %d tasks done", v.ID, v.Minutes, v.Done, v.Tasks)))
	if len(v.Needs) > 0 {
		fmt.Fprintln(m.out, say(lang, "Besser vorher: ", "Better before: ")+strings.Join(v.Needs, ", "))
	}
	fmt.Fprintln(m.out)
	section := func(de, en string, text lab.Text) { m.write("## "+say(lang, de, en)+"\n"+text.In(lang), "") }
	section("Ziel", "Goal", v.Goal)
	section("Theorie", "Theory", v.Theory)
	section("Aufgaben", "Tasks", lab.Text{})
	for i, t := range v.List {
		printTask(m, i+1, t, lang)
	}
	section("Beachte", "Notice", v.Notice)
	if debrief || v.Finished != nil {
		section("Nachbesprechung", "Debrief", v.Debrief)
	}
	for _, s := range v.Sources {
		fmt.Fprintf(m.out, "→ %s: %s\n", s.Title, s.URL)
	}
	if v.Started == nil {
		fmt.Fprintln(m.out, say(lang, "Anfangen: ", "Begin: ")+"labbox lesson start "+v.ID)
	}
}

func printTask(m *markdown, n int, t lab.LessonTask, lang string) {
	mark := " "
	if t.Tick != nil {
		mark = "✓"
	}
	fmt.Fprintf(m.out, "[%s] %d. %s  (%s)\n", mark, n, m.style("1", t.Title.In(lang)), t.ID)
	m.write(t.Text.In(lang), "    ")
	for _, c := range t.Choices {
		m.wrap(c.Text.In(lang), "    "+c.ID+")  ", "        ")
	}
	for i, h := range t.HintsShown {
		m.wrap(h.In(lang), fmt.Sprintf("    %s %d: ", say(lang, "Tipp", "Hint"), i+1), "      ")
	}
	if t.Check != nil && t.Tick == nil {
		printFound(m, *t.Check, lang)
	}
	if len(t.Choices)+len(t.HintsShown) > 0 || t.Check != nil {
		fmt.Fprintln(m.out)
	}
}
