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
	CodeFunction   Code = "function"    // a function answered with an error
	CodeLesson     Code = "lesson"      // a task of a lesson is not done
	CodeModule     Code = "module"      // a module by others was refused, or misbehaves
	CodeInternal   Code = "internal"    // a defect of labbox

	CodeInterrupted Code = "interrupted" // the user broke it off
)

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
		for _, info := range Codes() {
			if info.Code == e.Code {
				return info.Exit
			}
		}
	}
	return 1
}

// AsError returns the Error in err's chain, or wraps err as CodeInternal.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Code: CodeInternal, Message: err.Error(), Cause: err}
}

// Codes returns every code with its exit code and meaning, in order of the exit
// codes. They are part of the command line's contract: never renumber them.
func Codes() []CodeInfo {
	return []CodeInfo{
		{CodeInternal, 1, "a defect of labbox; its log says more: labbox logs"},
		{CodeUsage, 2, "an unknown flag, command or argument; --help shows what there is"},
		{CodeConfig, 3, "an unknown or ill-typed key in the configuration; see: labbox help config"},
		{CodeNotRoot, 4, "root's rights are needed; use sudo"},
		{CodePort, 5, "a loopback port is taken; end its program or choose another with --set ports.NAME=PORT"},
		{CodeMemory, 6, "too little memory is available"},
		{CodeDisk, 7, "too little disk space; choose another place with --data-dir"},
		{CodeKernel, 8, "the kernel lacks a feature, or the clock is wrong"},
		{CodePayload, 9, "the program's payload is missing or damaged; copy the file again and compare its checksum"},
		{CodeRunning, 10, "a lab already runs on this data directory"},
		{CodeNotRunning, 11, "no lab is running; start it with: labbox up"},
		{CodeNotReady, 12, "the lab runs, but a component is not ready"},
		{CodeStep, 13, "a step of \"labbox up\" failed; what was built stands, \"labbox up\" goes on from there"},
		{CodeCapstone, 14, "the capstone did not pass"},
		{CodeNotFound, 15, "no such component, release, module or lesson"},
		{CodeFunction, 16, "a function answered with an error; its log says more: labbox fn logs NAME"},
		{CodeLesson, 17, "a task of a lesson is not done yet; what was seen and expected is printed"},
		{CodeModule, 18, "a module by others was refused or misbehaves; which and why: labbox module list"},
		{CodeInterrupted, 130, "broken off with Ctrl-C"},
	}
}

// CodeInfo describes one Code.
type CodeInfo struct {
	Code    Code
	Exit    int
	Meaning string
}
