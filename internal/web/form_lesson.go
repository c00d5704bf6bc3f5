package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// backToLesson shows the lesson again, at what the form was about.
func backToLesson(c echo.Context, fragment string) error {
	return c.Redirect(http.StatusSeeOther, "/lessons/"+lessonID(c)+"#"+fragment)
}

func (s *Server) formLessonStart(c echo.Context) error {
	if err := s.onGrounds(c, LessonGrounds.Start); err != nil {
		return err
	}
	return backToLesson(c, "tasks")
}

func (s *Server) formLessonStop(c echo.Context) error {
	if err := s.onGrounds(c, LessonGrounds.Stop); err != nil {
		return err
	}
	return backToLesson(c, "tasks")
}

func (s *Server) formLessonCheck(c echo.Context) error {
	tasks, err := s.lessonTasks()
	if err != nil {
		return err
	}
	request := lab.CheckRequest{Lesson: lessonID(c), Task: param(c, "task"), Answer: strings.TrimSpace(c.FormValue("answer"))}
	if _, err := tasks.Check(c.Request().Context(), request); err != nil {
		return err
	}
	return backToLesson(c, "task-"+request.Task)
}

func (s *Server) formLessonHint(c echo.Context) error {
	tasks, err := s.lessonTasks()
	if err != nil {
		return err
	}
	if _, err := tasks.Hint(c.Request().Context(), lessonID(c), param(c, "task")); err != nil {
		return err
	}
	return backToLesson(c, "task-"+param(c, "task"))
}

func (s *Server) formLessonSolution(c echo.Context) error {
	tasks, err := s.lessonTasks()
	if err != nil {
		return err
	}
	lesson, task := lessonID(c), param(c, "task")
	solution, err := tasks.Solution(c.Request().Context(), lesson, task)
	if err != nil {
		return err
	}
	s.solutions.put(lesson, task, solution)
	return backToLesson(c, "task-"+task)
}

// formLessonNote keeps the learner's own words.
func (s *Server) formLessonNote(c echo.Context) error {
	if s.opt.Lessons.Notes == nil {
		return notYet("the notes")
	}
	text := strings.ReplaceAll(c.FormValue("text"), "\r\n", "\n")
	if len(text) > maxNote {
		return lab.Errorf(lab.CodeUsage, "shorten it", "the note has %d bytes; %d are the most", len(text), maxNote)
	}
	if err := s.opt.Lessons.Notes.SetNote(c.Request().Context(), lessonID(c), text); err != nil {
		return err
	}
	return backToLesson(c, "notes")
}
