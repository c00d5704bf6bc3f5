package web

import (
	"context"
	"mime"
	"net/http"

	"github.com/labstack/echo/v4"
)

// Reporter writes the learner's documentation. lang is de or en, format html or pdf;
// another one of either is CodeUsage.
type Reporter func(ctx context.Context, lang, format string) (ReportFile, error)

// ReportFile is a report as it is sent.
type ReportFile struct {
	Data []byte
	// Type is the media type, Policy the content security policy that fits the file.
	Type, Policy string
}

func (s *Server) routeReport(e *echo.Echo) {
	e.GET("/report.html", s.pageReport("html"))
	e.GET("/report.pdf", s.pageReport("pdf"))
}

// pageReport is for the owner alone: it holds all that the learner has written.
func (s *Server) pageReport(format string) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !s.signedIn(c) {
			return s.locked(c)
		}
		if s.opt.Report == nil {
			return notYet("the report")
		}
		lang := orDefault(c.QueryParam("lang"), s.look(c.Request()).Lang)
		file, err := s.opt.Report(c.Request().Context(), lang, format)
		if err != nil {
			return err
		}
		h := c.Response().Header()
		h.Set("Content-Security-Policy", file.Policy+"; frame-ancestors 'none'")
		if format != "html" {
			h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "labbox-report." + format}))
		}
		return c.Blob(http.StatusOK, file.Type, file.Data)
	}
}
