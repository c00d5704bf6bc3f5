package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// httpError is a lab.Error with a status of its own.
type httpError struct {
	status int
	err    *lab.Error
}

func (e *httpError) Error() string { return e.err.Error() }
func (e *httpError) Unwrap() error { return e.err }

// errorBody is how the API reports every failure.
type errorBody struct {
	Error *lab.Error `json:"error"`
}

// describe turns any error into a status and what to tell.
func describe(err error) (int, *lab.Error) {
	var own *httpError
	if errors.As(err, &own) {
		return own.status, own.err
	}
	var routed *echo.HTTPError
	if errors.As(err, &routed) && routed.Code == http.StatusRequestEntityTooLarge {
		return routed.Code, &lab.Error{Code: lab.CodeUsage, Message: "the request is larger than the dashboard takes",
			Hint: "a function is called with 1 MB at most from here; send more with curl, straight to the function gateway"}
	}
	if errors.As(err, &routed) {
		code := lab.CodeUsage
		switch {
		case routed.Code == http.StatusNotFound:
			code = lab.CodeNotFound
		case routed.Code >= http.StatusInternalServerError:
			code = lab.CodeInternal
		}
		return routed.Code, &lab.Error{Code: code, Message: strings.ToLower(http.StatusText(routed.Code))}
	}
	if errors.Is(err, ErrAbsent) {
		return http.StatusNotFound, &lab.Error{Code: lab.CodeNotFound, Message: err.Error()}
	}
	e := lab.AsError(err)
	switch e.Code {
	case lab.CodeUsage, lab.CodeConfig:
		return http.StatusBadRequest, e
	case lab.CodeNotFound:
		return http.StatusNotFound, e
	case lab.CodeRunning:
		return http.StatusConflict, e
	case lab.CodeNotReady, lab.CodeNotRunning:
		return http.StatusServiceUnavailable, e
	}
	return http.StatusInternalServerError, e
}

// handleError answers JSON to the API and a page to people.
func (s *Server) handleError(err error, c echo.Context) {
	status, e := describe(err)
	if status >= http.StatusInternalServerError && status != http.StatusServiceUnavailable {
		s.opt.Log.Error("request failed", "path", c.Request().URL.Path, "error", err)
	}
	if c.Response().Committed {
		return
	}
	path := c.Request().URL.Path
	wantsJSON := strings.HasPrefix(path, "/api/") || status == http.StatusMisdirectedRequest
	switch {
	case c.Request().Method == http.MethodHead:
		err = c.NoContent(status)
	case wantsJSON:
		err = c.JSON(status, errorBody{Error: e})
	default:
		err = s.renderError(c, status, e)
	}
	if err != nil {
		s.opt.Log.Debug("error not delivered", "path", path, "error", err)
	}
}
