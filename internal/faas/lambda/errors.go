package lambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"
)

// Error is a failure in Lambda's words: the name of an exception, its status, and a
// sentence.
type Error struct {
	Name    string
	Status  int
	Message string
	// Reason goes with throttling only.
	Reason string
}

// Error returns name and sentence.
func (e *Error) Error() string { return e.Name + ": " + e.Message }

func fail(status int, name, format string, args ...any) error {
	return &Error{Name: name, Status: status, Message: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) error {
	return fail(http.StatusBadRequest, "InvalidParameterValueException", format, args...)
}

func conflict(format string, args ...any) error {
	return fail(http.StatusConflict, "ResourceConflictException", format, args...)
}

func notFound(format string, args ...any) error {
	return fail(http.StatusNotFound, "ResourceNotFoundException", format, args...)
}

// Throttled is TooManyRequestsException of a queue that takes no more events.
func Throttled() error {
	return &Error{Name: "TooManyRequestsException", Status: http.StatusTooManyRequests, Message: "Rate Exceeded.", Reason: "FunctionInvocationRateLimitExceeded"}
}

// breach is what AWS says of a value outside its model's bounds.
func breach(field string, value any, rule string) error {
	return fail(http.StatusBadRequest, "ValidationException",
		"1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s", shorten(fmt.Sprint(value)), field, rule)
}

// shorten keeps what a client sent from filling an answer.
func shorten(text string) string {
	if len(text) > 200 {
		return strings.ToValidUTF8(text[:200], "") + "..."
	}
	return text
}

// writeError answers with err in Lambda's shape, and reports what is our own fault.
func (s *Server) writeError(w http.ResponseWriter, r *http.Request, err error) {
	var e *Error
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &e):
	case errors.As(err, &large):
		e = &Error{Name: "RequestTooLargeException", Status: http.StatusRequestEntityTooLarge,
			Message: fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", large.Limit)}
	default:
		s.log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		e = &Error{Name: "ServiceException", Status: http.StatusInternalServerError, Message: err.Error()}
	}
	kind := "User"
	if e.Status >= 500 {
		kind = "Server"
	}
	body := map[string]string{"Type": kind, "Message": e.Message, "message": e.Message}
	if e.Reason != "" {
		body["Reason"] = e.Reason
	}
	h := w.Header()
	h.Set("x-amzn-ErrorType", e.Name)
	if e.Status == http.StatusTooManyRequests {
		h.Set("Retry-After", "1")
	}
	s.writeJSON(w, e.Status, body)
}

// writeJSON answers with v.
func (s *Server) writeJSON(w http.ResponseWriter, status int, v any) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if h.Get("x-amzn-RequestId") == "" {
		h.Set("x-amzn-RequestId", uuid.NewString())
	}
	w.WriteHeader(status)
	if v != nil {
		_ = json.NewEncoder(w).Encode(v)
	}
}
