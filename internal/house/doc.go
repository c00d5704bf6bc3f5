// Package house checks that the tree keeps the rules of the house: which way
// dependencies point, how large things are, and that each says what it is for.
//
//	Load ──► Tree ──► every Rule ──► Findings ──► less Exceptions ──► none is left
//
// It parses, but neither compiles nor type-checks, so that it is done in a second
// and holds for code that does not build yet. The rules in words are in
// CONTRIBUTING.md; an exception needs a reason, and one that is not needed any
// more is a finding too.
package house
