// Package supervise keeps a set of lab.Services running.
//
// A Service starts as soon as everything it needs is ready, so independent ones
// start side by side. One that fails is started again after a growing pause. On
// stop a Service is told to end once all that need it have ended.
//
//	pending ──needs ready──► running ──ready()──► ready ──stop──► stopped
//	                            ▲                   │
//	                            └── pause ◄─ failed ◄┘
//
// A Service that fails several times before it was ever ready fails the whole
// Run: something is wrong that waiting does not heal.
package supervise
