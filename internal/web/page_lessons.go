package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// routeLessonPages registers the pages of lessons and what their forms do; g knows the
// viewer's preferences.
func (s *Server) routeLessonPages(g *echo.Group, e *echo.Echo) {
	g.GET("/lessons", s.pageLessons)
	g.GET("/lessons/:trend/:id", s.pageLesson)
	e.GET("/lessons/:trend/:id/pictures/:name", s.lessonPicture)
	e.POST("/lessons/:trend/:id/start", s.formLessonStart)
	e.POST("/lessons/:trend/:id/stop", s.formLessonStop)
	e.POST("/lessons/:trend/:id/note", s.formLessonNote)
	e.POST("/lessons/:trend/:id/tasks/:task/check", s.formLessonCheck)
	e.POST("/lessons/:trend/:id/tasks/:task/hint", s.formLessonHint)
	e.POST("/lessons/:trend/:id/tasks/:task/solution", s.formLessonSolution)
}

func (s *Server) pageLessons(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	return s.render(c, content{http.StatusOK, "lessons", now, s.progress(ctx)})
}
