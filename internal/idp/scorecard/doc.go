// Package scorecard says how well components are kept, from what really runs: each
// check names what it saw, what it wants, and the evidence.
package scorecard
