package sdk

import "context"

// StepID names one step that a learner does, unique within its module. By custom
// it is "<lesson>/<task>".
type StepID string

// Module is what a trend module is. The host calls it from several goroutines at
// once, each call with a deadline; a call that outlives its deadline is counted
// against the module. Errors are of type *Error where the code matters.
type Module interface {
	// Describe says who the module is. It does no I/O and always says the same.
	Describe(ctx context.Context) (Info, error)
	// Plan says what the module wants installed. It is pure: the same Config gives
	// the same Plan, and nothing is read or changed on the way.
	Plan(ctx context.Context, cfg Config) (Plan, error)
	// Check looks at the real systems behind t and says how the trend fares. A dead
	// or missing system is a Health that is not Alive, never an error.
	Check(ctx context.Context, t Target) (Health, error)
	// Verify says whether the learner has done step. An unknown step is an Error
	// with CodeNotFound; a step not done yet is a Verdict that has not Passed.
	Verify(ctx context.Context, t Target, step StepID) (Verdict, error)
}
