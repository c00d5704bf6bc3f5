package web

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// CapstoneState is where the capstone stands.
type CapstoneState struct {
	Running bool   `json:"running"`
	Steps   []Step `json:"steps"`
	// Last is the newest finished run; nil when there was none.
	Last *lab.CapstoneResult `json:"last"`
}

// Up is where "labbox up" stands.
type Up struct {
	Steps []Step `json:"steps"`
	// Last is the ID of the newest event; follow the events from there.
	Last int64 `json:"last"`
}

func (s *Server) routeAPI(g *echo.Group) {
	g.GET("/status", func(c echo.Context) error {
		return c.JSON(http.StatusOK, remembered(c, s.status))
	})
	g.GET("/steps", s.apiSteps)
	g.GET("/events", s.apiEvents)
	g.GET("/links", func(c echo.Context) error {
		return c.JSON(http.StatusOK, orEmpty(remembered(c, s.links)))
	})
	g.GET("/modules", func(c echo.Context) error {
		return c.JSON(http.StatusOK, orEmpty(s.opt.Modules(c.Request().Context())))
	})
	g.GET("/modules/:name/plots/:plot", s.apiModulePlot)
	g.GET("/capstone", s.apiCapstone)
	g.GET("/capstone/history", func(c echo.Context) error {
		return c.JSON(http.StatusOK, orEmpty(s.opt.History(c.Request().Context(), historyLimit)))
	})
	g.POST("/capstone/run", s.apiCapstoneRun)
	g.POST("/capstone/reset", s.apiCapstoneReset)
	g.GET("/logs/:component", s.apiLogs)
	g.GET("/query_range", s.apiQueryRange)
	s.routeFunctionAPI(g.Group("/functions"))
	s.routeLessonAPI(g.Group("/lessons"))
}

func (s *Server) apiSteps(c echo.Context) error {
	now, err := s.track.load(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, Up{Steps: now.Up, Last: now.Last})
}

func (s *Server) apiCapstone(c echo.Context) error {
	now, err := s.track.load(c.Request().Context())
	if err != nil {
		return err
	}
	state := CapstoneState{Running: now.CapstoneRunning, Steps: now.Capstone}
	if s.opt.Capstone != nil {
		if last, ok := s.opt.Capstone.Last(c.Request().Context()); ok {
			state.Last = &last
		}
	}
	return c.JSON(http.StatusOK, state)
}

func (s *Server) apiCapstoneRun(c echo.Context) error {
	if err := s.runCapstone(c); err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, map[string]bool{"running": true})
}

func (s *Server) apiCapstoneReset(c echo.Context) error {
	if err := s.resetCapstone(c); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]bool{"reset": true})
}

func (s *Server) runCapstone(c echo.Context) error {
	if s.opt.Capstone == nil {
		return notYet("the capstone")
	}
	return s.opt.Capstone.Run(c.Request().Context())
}

func (s *Server) resetCapstone(c echo.Context) error {
	if s.opt.Capstone == nil {
		return notYet("the capstone")
	}
	return s.opt.Capstone.Reset(c.Request().Context())
}

// apiLogs streams text/plain; ?follow=1 goes on until the viewer leaves.
func (s *Server) apiLogs(c echo.Context) error {
	if s.opt.Logs == nil {
		return notYet("the log")
	}
	tail, follow, err := logRange(c)
	if err != nil {
		return err
	}
	return s.streamLog(c, func(ctx context.Context, w io.Writer) error {
		return s.opt.Logs(ctx, LogRequest{Component: param(c, "component"), Tail: tail, Follow: follow}, w)
	})
}

// logRange reads ?tail= and ?follow=.
func logRange(c echo.Context) (tail int64, follow bool, err error) {
	tail, err = strconv.ParseInt(orDefault(c.QueryParam("tail"), "0"), 10, 64)
	if err != nil || tail < 0 {
		return 0, false, lab.Errorf(lab.CodeUsage, "tail is a number of lines", "tail=%q is not one", c.QueryParam("tail"))
	}
	wanted := c.QueryParam("follow")
	return tail, wanted == "1" || wanted == "true", nil
}

// streamLog answers with what copy writes, until the viewer leaves or the lab ends.
func (s *Server) streamLog(c echo.Context, copy func(ctx context.Context, w io.Writer) error) error {
	ctx, cancel := s.streamContext(c)
	defer cancel()
	err := copy(ctx, &flushWriter{c.Response()})
	if ctx.Err() != nil {
		return nil // the viewer has gone
	}
	if err == nil && !c.Response().Committed {
		return c.String(http.StatusOK, "")
	}
	return err
}

func (s *Server) apiStop(c echo.Context) error {
	if s.opt.Stop == nil {
		return notYet("stopping")
	}
	s.opt.Stop()
	return c.JSON(http.StatusAccepted, map[string]bool{"stopping": true})
}

// flushWriter sends every write at once; the first one commits the status.
type flushWriter struct{ out *echo.Response }

func (w *flushWriter) Write(p []byte) (int, error) {
	if !w.out.Committed {
		w.out.Header().Set(echo.HeaderContentType, "text/plain; charset=utf-8")
	}
	n, err := w.out.Write(p)
	w.out.Flush()
	return n, err
}

var _ io.Writer = (*flushWriter)(nil)

func notYet(what string) error {
	return lab.Errorf(lab.CodeNotReady, "wait until the lab is ready: labbox status", "%s is not available yet", what)
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// param returns a part of the path as it was meant; the router leaves some escaped.
func param(c echo.Context, name string) string {
	value := c.Param(name)
	if c.Request().URL.RawPath == "" {
		return value
	}
	if plain, err := url.PathUnescape(value); err == nil {
		return plain
	}
	return value
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}
