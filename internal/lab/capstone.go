package lab

import "time"

// CapstoneResult is the outcome of one run of the capstone.
type CapstoneResult struct {
	Passed   bool           `json:"passed"`
	Started  time.Time      `json:"started"`
	Finished time.Time      `json:"finished"`
	Steps    []CapstoneStep `json:"steps"`
}

// CapstoneStep is one step and the evidence read back from the systems.
type CapstoneStep struct {
	ID      string  `json:"id"`
	Title   string  `json:"title"`
	Passed  bool    `json:"passed"`
	Seconds float64 `json:"seconds"`
	// Evidence maps a name (commit, revision, runId, answer...) to what was read.
	Evidence map[string]any `json:"evidence"`
	// Error says why the step did not pass.
	Error string `json:"error,omitempty"`
}
