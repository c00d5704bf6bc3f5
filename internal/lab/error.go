package lab

import (
	"errors"
	"fmt"
)

// Code names a kind of failure that a person can act on. Each has its own exit
// code and a page in the built-in help ("labbox help errors").
type Code string

// The codes and what they stand for.
const (
	CodeUsage      Code = "usage"       // unknown flag, command or argument
	CodeConfig     Code = "config"      // unknown or ill-typed key in the configuration file
	CodeNotRoot    Code = "not-root"    // started without root's rights
	CodePort       Code = "port-taken"  // a port that labbox forwards is in use
	CodeMemory     Code = "memory"      // too little memory
	CodeDisk       Code = "disk"        // too little disk space
	CodeKernel     Code = "kernel"      // a kernel feature is missing
	CodePayload    Code = "payload"     // the payload is missing or damaged
	CodeRunning    Code = "running"     // another labbox runs on the same data directory
	CodeNotRunning Code = "not-running" // the lab is not running
	CodeNotReady   Code = "not-ready"   // the lab runs, but not all of it is ready
	CodeStep       Code = "step"        // a step of "labbox up" failed
	CodeCapstone   Code = "capstone"    // the capstone did not pass
	CodeNotFound   Code = "not-found"   // no such component, module, lesson...
	CodeInternal   Code = "internal"    // a defect of labbox
)

// exitCodes are part of the command line's contract; do not renumber them.
var exitCodes = map[Code]int{
	CodeInternal: 1, CodeUsage: 2, CodeConfig: 3, CodeNotRoot: 4, CodePort: 5,
	CodeMemory: 6, CodeDisk: 7, CodeKernel: 8, CodePayload: 9, CodeRunning: 10,
	CodeNotRunning: 11, CodeNotReady: 12, CodeStep: 13, CodeCapstone: 14, CodeNotFound: 15,
}

// Error is a failure that a person can act on.
type Error struct {
	Code Code `json:"code"`
	// Message says what was tried and what was found.
	Message string `json:"message"`
	// Hint says what to do about it.
	Hint string `json:"hint,omitempty"`
	// Cause is the error underneath, if any.
	Cause error `json:"-"`
}

// Errorf returns an Error with a formatted message; %w sets the cause.
func Errorf(code Code, hint, format string, args ...any) *Error {
	wrapped := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: wrapped.Error(), Hint: hint, Cause: errors.Unwrap(wrapped)}
}

// Error returns the message without the hint.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// ExitCode returns the process exit code for err: 0 for nil, the code's own for
// an Error anywhere in the chain, 1 for anything else.
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	var e *Error
	if errors.As(err, &e) {
		if n, ok := exitCodes[e.Code]; ok {
			return n
		}
	}
	return exitCodes[CodeInternal]
}

// AsError returns the Error in err's chain, or wraps err as CodeInternal.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Code: CodeInternal, Message: err.Error(), Cause: err}
}
