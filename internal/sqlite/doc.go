// Package sqlite keeps the lab's state in one SQLite file: the journal of events,
// settings, the history of the capstone, and what the learner has done and written.
//
// One file of this package is one table. The schema grows by numbered files in
// migrations/, which are applied in order, each in its own transaction, and never
// edited afterwards.
//
//	Open ──► migrate ──► Journal / Settings / CapstoneRuns / Lessons / Notes ... ──► Close
//
// Writing goes through one connection, so that "database is locked" cannot happen
// within the process; reading has a pool of its own and never waits for the writer
// (write-ahead log).
package sqlite
