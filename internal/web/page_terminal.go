package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// terminalPage is what the page of the terminal shows.
type terminalPage struct {
	// Ready says that there is a workbench to work in.
	Ready bool
}

func (s *Server) pageTerminal(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	mood := mood(s.status.load(ctx), now.Up)
	data := terminalPage{Ready: s.opt.Shell != nil && (mood == "ready" || mood == "degraded")}
	return s.render(c, content{http.StatusOK, "terminal", now, data})
}
