package web

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

func (s *Server) pageModules(c echo.Context) error {
	now, err := s.track.load(c.Request().Context())
	if err != nil {
		return err
	}
	modules := slices.Clone(s.opt.Modules(c.Request().Context()))
	slices.SortStableFunc(modules, func(a, b lab.Module) int {
		return cmp.Compare(trendRank(a.Name), trendRank(b.Name))
	})
	return s.render(c, content{http.StatusOK, "modules", now, modules})
}
