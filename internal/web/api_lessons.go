package web

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// maxNote bounds a learner's text about a lesson.
const maxNote = 64 << 10

// routeLessonAPI registers the lessons for programs; it is the same for browsers, for
// the administrator's socket and for the one inside the workbench.
func (s *Server) routeLessonAPI(g *echo.Group) {
	g.GET("", s.apiLessons)
	g.GET("/:trend/:id", s.apiLesson)
	g.POST("/:trend/:id/start", s.apiLessonStart)
	g.POST("/:trend/:id/stop", s.apiLessonStop)
	g.POST("/:trend/:id/tasks/:task/check", s.apiLessonCheck)
	g.POST("/:trend/:id/tasks/:task/hint", s.apiLessonHint)
	g.POST("/:trend/:id/tasks/:task/solution", s.apiLessonSolution)
	g.GET("/:trend/:id/pictures/:name", s.apiLessonPicture)
	g.GET("/:trend/:id/note", s.apiLessonNote)
	g.PUT("/:trend/:id/note", s.apiLessonSetNote)
}

// routeLessonScripts registers what is not for browsers.
func (s *Server) routeLessonScripts(g *echo.Group) {
	g.POST("/:trend/:id/tasks/:task/replay", s.apiLessonReplay)
	g.POST("/:trend/:id/prove", s.apiLessonProve)
}

// LessonHandler serves the API of lessons and nothing else, for the socket inside the
// workbench: whoever can open it may learn.
func (s *Server) LessonHandler() http.Handler {
	e := s.newBareEcho()
	g := e.Group("/api/v1/lessons")
	s.routeLessonAPI(g)
	g.POST("/:trend/:id/tasks/:task/replay", s.apiLessonReplay)
	return e
}

func lessonID(c echo.Context) string { return param(c, "trend") + "/" + param(c, "id") }

func (s *Server) lessons() (Lessons, error) {
	if s.opt.Lessons.Lessons == nil {
		return nil, notYet("the lessons")
	}
	return s.opt.Lessons.Lessons, nil
}

// onGrounds starts or stops the lesson of the request.
func (s *Server) onGrounds(c echo.Context, do func(LessonGrounds, context.Context, string) error) error {
	if s.opt.Lessons.Grounds == nil {
		return notYet("the lessons")
	}
	return do(s.opt.Lessons.Grounds, c.Request().Context(), lessonID(c))
}

func (s *Server) lessonTasks() (LessonTasks, error) {
	if s.opt.Lessons.Tasks == nil {
		return nil, notYet("the lessons")
	}
	return s.opt.Lessons.Tasks, nil
}

// apiLessons answers {"lessons": [...]}.
func (s *Server) apiLessons(c echo.Context) error {
	lessons, err := s.lessons()
	if err != nil {
		return err
	}
	list, err := lessons.List(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string][]lab.Lesson{"lessons": orEmpty(list)})
}

func (s *Server) apiLesson(c echo.Context) error {
	lessons, err := s.lessons()
	if err != nil {
		return err
	}
	view, err := lessons.Show(c.Request().Context(), lessonID(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, view)
}

// apiLessonStart answers with the lesson when its start has been brought about.
func (s *Server) apiLessonStart(c echo.Context) error {
	if err := s.onGrounds(c, LessonGrounds.Start); err != nil {
		return err
	}
	return s.apiLesson(c)
}

// apiLessonStop answers with the lesson when what it ran has been ended.
func (s *Server) apiLessonStop(c echo.Context) error {
	if err := s.onGrounds(c, LessonGrounds.Stop); err != nil {
		return err
	}
	return s.apiLesson(c)
}

func (s *Server) apiLessonCheck(c echo.Context) error {
	tasks, err := s.lessonTasks()
	if err != nil {
		return err
	}
	var in struct {
		Answer string `json:"answer"`
	}
	if c.Request().ContentLength != 0 {
		if err := readJSON(c, &in); err != nil {
			return err
		}
	}
	check, err := tasks.Check(c.Request().Context(), lab.CheckRequest{Lesson: lessonID(c), Task: param(c, "task"), Answer: in.Answer})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, check)
}

// apiLessonHint answers with a text in both languages.
func (s *Server) apiLessonHint(c echo.Context) error {
	tasks, err := s.lessonTasks()
	if err != nil {
		return err
	}
	hint, err := tasks.Hint(c.Request().Context(), lessonID(c), param(c, "task"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, hint)
}

func (s *Server) apiLessonSolution(c echo.Context) error {
	tasks, err := s.lessonTasks()
	if err != nil {
		return err
	}
	solution, err := tasks.Solution(c.Request().Context(), lessonID(c), param(c, "task"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, solution)
}

// apiLessonPicture sends an SVG that can neither run a script nor load anything, even
// when it is opened by itself.
func (s *Server) apiLessonPicture(c echo.Context) error {
	lessons, err := s.lessons()
	if err != nil {
		return err
	}
	picture, err := lessons.Picture(c.Request().Context(), lessonID(c), param(c, "name"))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	return c.Blob(http.StatusOK, "image/svg+xml", picture)
}

// lessonNote is a note as the API has it.
type lessonNote struct {
	Text string `json:"text"`
}

func (s *Server) apiLessonNote(c echo.Context) error {
	if s.opt.Lessons.Notes == nil {
		return notYet("the notes")
	}
	text, err := s.opt.Lessons.Notes.Note(c.Request().Context(), lessonID(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, lessonNote{text})
}

func (s *Server) apiLessonSetNote(c echo.Context) error {
	if s.opt.Lessons.Notes == nil {
		return notYet("the notes")
	}
	var in lessonNote
	if err := readJSON(c, &in); err != nil {
		return err
	}
	if len(in.Text) > maxNote {
		return lab.Errorf(lab.CodeUsage, "shorten it", "the note has %d bytes; %d are the most", len(in.Text), maxNote)
	}
	if err := s.opt.Lessons.Notes.SetNote(c.Request().Context(), lessonID(c), in.Text); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, in)
}

// apiLessonReplay answers with what the script said.
func (s *Server) apiLessonReplay(c echo.Context) error {
	if s.opt.Lessons.Scripts == nil {
		return notYet("the workbench")
	}
	output, err := s.opt.Lessons.Scripts.Replay(c.Request().Context(), lessonID(c), param(c, "task"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"output": output})
}

func (s *Server) apiLessonProve(c echo.Context) error {
	if s.opt.Lessons.Scripts == nil {
		return notYet("the workbench")
	}
	proof, err := s.opt.Lessons.Scripts.Prove(c.Request().Context(), lessonID(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, proof)
}
