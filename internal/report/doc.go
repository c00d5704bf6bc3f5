// Package report writes the learner's documentation of architecture, tools and
// findings: a Document is composed of what the lab knows, and written as HTML or as
// PDF. Both are one file that needs no other.
//
//	Input ──► Composer.Compose ──► Document ──► HTML
//	           (words, honesty)      │    └────► PDF
//	                                 └ Drawing: one vector model for both
//
// Nothing in it is invented: what could not be read is said to be missing, and only
// ticks count as done. All text of the learner's is text, never markup. Everything
// here is pure and safe for concurrent use.
package report
