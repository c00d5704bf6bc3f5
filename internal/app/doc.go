// Package app wires the rooms of labbox together: it is the only one that knows
// them all. For each command there is one function; the running lab is the daemon,
// a list of steps that build on each other and are undone in reverse.
package app
