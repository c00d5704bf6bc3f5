package web

import (
	"context"
	"html/template"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// lessonPage is what the page of one lesson shows.
type lessonPage struct {
	lab.LessonView
	// Name is what the module of another author calls its trend.
	Name lab.Text
	// Href is the lesson's own path; its forms are under it.
	Href                    string
	GoalHTML, TheoryHTML    template.HTML
	NoticeHTML, DebriefHTML template.HTML
	State                   lab.State
	TaskViews               []taskView
	// Missing are the lessons that had better be done before and are not.
	Missing []lab.Lesson
	// CanStart is false while the lab is not ready for it.
	CanStart bool
	Note     string
	HasNote  bool
	After    *lab.Lesson
}

// taskView is a task with its texts rendered.
type taskView struct {
	lab.LessonTask
	Number int
	// State is ready once ticked, begun for the first that is not, else pending.
	State          lab.State
	Body, Hint     template.HTML
	Hints          []template.HTML
	Commands, Diff template.HTML
	// Answer is the right one to a question, once it was asked for.
	Answer          string
	Seen, Expected  template.HTML
	SolutionAllowed bool
}

func (s *Server) pageLesson(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	lessons, err := s.lessons()
	if err != nil {
		return err
	}
	view, err := lessons.Show(ctx, lessonID(c))
	if err != nil {
		return err
	}
	data, err := s.lessonPage(ctx, c, view)
	if err != nil {
		return err
	}
	return s.render(c, content{http.StatusOK, "lesson", now, data})
}

func (s *Server) lessonPage(ctx context.Context, c echo.Context, view lab.LessonView) (lessonPage, error) {
	look := s.look(c.Request())
	all := s.progress(ctx)
	data := lessonPage{
		LessonView: view, Name: all.of(view.Trend).Name, Href: "/lessons/" + view.ID, State: lessonState(view.Lesson), After: all.after(view.ID),
		CanStart: s.status.load(ctx).Ready, HasNote: s.opt.Lessons.Notes != nil,
	}
	for _, t := range all.Trends {
		for _, l := range t.Lessons {
			if slices.Contains(view.Needs, l.ID) && !lessonDone(l) {
				data.Missing = append(data.Missing, l)
			}
		}
	}
	if data.HasNote {
		var err error
		if data.Note, err = s.opt.Lessons.Notes.Note(ctx, view.ID); err != nil {
			return data, err
		}
	}
	w := s.lessonWriter(ctx, look.Lang, view.ID)
	data.GoalHTML, data.TheoryHTML = w.text(view.Goal), w.text(view.Theory)
	data.NoticeHTML = w.text(view.Notice)
	if data.State == lab.StateReady {
		data.DebriefHTML = w.text(view.Debrief)
	}
	data.TaskViews = s.taskViews(w, view)
	return data, w.err
}

// taskViews lays the tasks out; the first that is not ticked is the one to do.
func (s *Server) taskViews(w *lessonWriter, view lab.LessonView) []taskView {
	out := make([]taskView, 0, len(view.List))
	current := view.Started != nil
	for i, task := range view.List {
		t := taskView{LessonTask: task, Number: i + 1, State: lab.StatePending, Body: w.text(task.Text)}
		switch {
		case task.Tick != nil:
			t.State = lab.StateReady
		case current:
			t.State, current = stateBegun, false
		}
		for _, hint := range task.HintsShown {
			t.Hints = append(t.Hints, w.text(hint))
		}
		t.SolutionAllowed = len(task.HintsShown) >= task.HintsTotal
		if check := task.Check; check != nil {
			t.Seen, t.Expected = codeSpans(check.Seen.In(w.lang)), codeSpans(check.Expected.In(w.lang))
			if check.Hint != nil && !check.Passed {
				t.Hint = w.text(*check.Hint)
			}
		}
		if known, ok := s.solutions.get(view.ID, task.ID); ok && task.SolutionShown {
			t.Commands, t.Diff = w.code("bash", known.Commands), w.code("diff", known.Diff)
			t.Answer = answerText(task, known.Answer, w.lang)
		}
		out = append(out, t)
	}
	return out
}

// answerText is what a choice says, or the answer as it is.
func answerText(task lab.LessonTask, answer, lang string) string {
	for _, choice := range task.Choices {
		if choice.ID == answer {
			return choice.Text.In(lang)
		}
	}
	return answer
}
