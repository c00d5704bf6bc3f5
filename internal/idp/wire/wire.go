// Package wire is how the platform speaks JSON: Backstage's shape of errors, and
// bodies of a bounded size.
package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// MaxBody bounds the body of a request, in bytes.
const MaxBody = 4 << 20

// Problem is an error that a caller is told: Backstage's name for it, the HTTP
// status that goes with the name, and words that help.
type Problem struct {
	Status  int
	Name    string
	Message string
	// Errors are what was wrong in detail; they go beside the error where there are any.
	Errors []Detail
}

// Detail is one thing that is wrong with an input.
type Detail struct {
	Name    string `json:"name,omitempty"`
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
}

// Error returns the name and the words.
func (p *Problem) Error() string { return p.Name + ": " + p.Message }

// NotFound says that there is no such thing.
func NotFound(format string, args ...any) error {
	return &Problem{Status: http.StatusNotFound, Name: "NotFoundError", Message: fmt.Sprintf(format, args...)}
}

// Input says what is wrong with a request.
func Input(format string, args ...any) error {
	return &Problem{Status: http.StatusBadRequest, Name: "InputError", Message: fmt.Sprintf(format, args...)}
}

// Conflict says that something is there already, or not in a state for this.
func Conflict(format string, args ...any) error {
	return &Problem{Status: http.StatusConflict, Name: "ConflictError", Message: fmt.Sprintf(format, args...)}
}

// NotAllowed says why something may not be done.
func NotAllowed(format string, args ...any) error {
	return &Problem{Status: http.StatusForbidden, Name: "NotAllowedError", Message: fmt.Sprintf(format, args...)}
}

// Unavailable says which system did not answer.
func Unavailable(format string, args ...any) error {
	return &Problem{Status: http.StatusServiceUnavailable, Name: "ServiceUnavailableError", Message: fmt.Sprintf(format, args...)}
}

// Status returns the HTTP status of err; 500 for what is no Problem.
func Status(err error) int {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.Status
	}
	return http.StatusInternalServerError
}

// Fail answers r with err. What is no Problem is told as an InternalError.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	p, ok := errors.AsType[*Problem](err)
	if !ok {
		p = &Problem{Status: http.StatusInternalServerError, Name: "InternalError", Message: err.Error()}
	}
	body := map[string]any{
		"error":    map[string]any{"name": p.Name, "message": p.Message},
		"request":  map[string]any{"method": r.Method, "url": r.URL.RequestURI()},
		"response": map[string]any{"statusCode": p.Status},
	}
	if len(p.Errors) > 0 {
		body["errors"] = p.Errors
	}
	JSON(w, p.Status, body)
}

// JSON answers with value.
func JSON(w http.ResponseWriter, status int, value any) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(value) // the client is gone where this fails
}

// Answer sends value with status, or err where there is one.
func Answer(w http.ResponseWriter, r *http.Request, value any, err error) {
	if err != nil {
		Fail(w, r, err)
		return
	}
	JSON(w, http.StatusOK, value)
}

// Read decodes the body of r into what into points to. An empty body, one that is
// no JSON and one that is too large are Problems; fields that into lacks are not.
func Read(w http.ResponseWriter, r *http.Request, into any) error {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if tooBig := (*http.MaxBytesError)(nil); errors.As(err, &tooBig) {
		return &Problem{Status: http.StatusRequestEntityTooLarge, Name: "InputError", Message: fmt.Sprintf("the body is larger than %d bytes", MaxBody)}
	}
	if err != nil {
		return Input("the body breaks off: %v", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return Input("send JSON: %v", err)
	}
	return nil
}
