package sdk

import (
	"context"
	"errors"
	"fmt"
)

// Code is the kind of an Error. It survives the way between module and host, which
// the identity of a Go error does not.
type Code string

// The codes, each with the gRPC status it travels as.
const (
	CodeNotFound    Code = "not-found"   // NOT_FOUND: no such step
	CodeInvalid     Code = "invalid"     // INVALID_ARGUMENT: the config or target makes no sense
	CodeUnavailable Code = "unavailable" // UNAVAILABLE: the module is not running, or has just died
	CodeTimeout     Code = "timeout"     // DEADLINE_EXCEEDED: the call took too long
	CodeCanceled    Code = "canceled"    // CANCELLED: the caller went away
	CodeUnsupported Code = "unsupported" // UNIMPLEMENTED: the module does not know this call
	CodeProtocol    Code = "protocol"    // FAILED_PRECONDITION: no common protocol version
	CodeInternal    Code = "internal"    // INTERNAL: a defect of the module
)

// Error is a failure that keeps its kind across the process border.
type Error struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
	// Hint says what to do about it.
	Hint string `json:"hint,omitempty"`
}

// Errorf returns an Error with a formatted message.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// UnknownStep is what Verify returns for a step that the module does not have.
func UnknownStep(module string, step StepID) *Error {
	return Errorf(CodeNotFound, "module %s has no step %q", module, step)
}

// Error returns the message without the hint.
func (e *Error) Error() string { return e.Message }

// Is makes errors.Is(err, context.DeadlineExceeded) and context.Canceled hold for
// an Error that came over the wire.
func (e *Error) Is(target error) bool {
	return (e.Code == CodeTimeout && target == context.DeadlineExceeded) ||
		(e.Code == CodeCanceled && target == context.Canceled)
}

// CodeOf returns the Code of err: that of an Error in its chain, the fitting one
// for an ended context, else CodeInternal. CodeOf(nil) is empty.
func CodeOf(err error) Code {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Code
	case errors.Is(err, context.DeadlineExceeded):
		return CodeTimeout
	case errors.Is(err, context.Canceled):
		return CodeCanceled
	}
	return CodeInternal
}
