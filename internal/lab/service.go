package lab

import "context"

// Service is something that runs until it is told to stop: a child process, a
// listener, a control loop.
//
//	Needs ready ──► Run ──► ready() ──► serving ──► ctx done ──► clean up ──► return
type Service interface {
	// Name is unique within one supervisor, lower case, words joined by dashes.
	Name() string
	// Needs names the Services that must be ready before Run is called.
	Needs() []string
	// Run blocks until ctx is done or the Service fails. It calls ready once, as
	// soon as others may rely on it, and removes whatever it created before it
	// returns. After ctx is done it returns nil; any other return is a failure.
	Run(ctx context.Context, ready func()) error
}

// Step is one idempotent move of "labbox up": done twice it changes nothing.
type Step interface {
	// Title says in a few words what the step does; it is shown to the learner.
	Title() string
	// Do makes the move and reports progress. What was done before an error
	// stays; a later Do goes on from there.
	Do(ctx context.Context, report Report) error
}

// Report tells the watching learner that work goes on. It never blocks for long
// and may be called from several goroutines.
type Report func(Progress)

// Progress is one sign of life of a long piece of work.
type Progress struct {
	// Message says what is being done right now.
	Message string `json:"message"`
	// Done and Total count units of work (bytes, objects); Total 0 means unknown.
	Done  int64 `json:"done,omitempty"`
	Total int64 `json:"total,omitempty"`
}
