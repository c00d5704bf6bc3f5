// Package modhost finds, starts, watches and stops the trend modules.
//
//	pinned file ─┐
//	             ├─► start ─► Describe ─► ready ─► Plan, Check, Verify
//	built-in ────┘     ▲                    │
//	                   │        crash, or three calls in a row out of time
//	                backoff ◄───────────────┘  (the event names the culprit)
//
// A module is always a child process: a built-in one is labbox re-running itself,
// a foreign one a file whose SHA-256 is pinned. Both take the same way. A module
// gets an environment without anything of ours in it, runs at low priority, and
// dies with the process that started it.
package modhost
