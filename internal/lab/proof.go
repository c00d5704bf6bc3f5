package lab

import "time"

// LessonProof is what came of going through the whole life of a lesson on a running
// lab. Its times are seconds.
type LessonProof struct {
	Lesson  string    `json:"lesson"`
	Passed  bool      `json:"passed"`
	Started time.Time `json:"started"`
	Seconds float64   `json:"seconds"`
	// Start is the first start, Reset the last; the reset is to take 10 s at most.
	Start float64 `json:"start"`
	Reset float64 `json:"reset"`
	// Tick is the longest that a task of the lesson took to be ticked by itself after
	// its solution had ended; 0 where all were ticked before that.
	Tick float64 `json:"tick"`
	// Solutions, Sabotages and Mistakes are how many scripts were replayed and found
	// to do what they should.
	Solutions int `json:"solutions"`
	Sabotages int `json:"sabotages"`
	Mistakes  int `json:"mistakes"`
	// Steps are all that was done, in order.
	Steps []ProofStep `json:"steps"`
}

// ProofStep is one move of a proof.
type ProofStep struct {
	// Name says what was done: "start", "heal: solve", "heal: sabotage"...
	Name    string  `json:"name"`
	Passed  bool    `json:"passed"`
	Seconds float64 `json:"seconds"`
	// Problem says what was found instead.
	Problem string `json:"problem,omitempty"`
	// Output is the end of what the script said, where the step did not pass.
	Output string `json:"output,omitempty"`
}
