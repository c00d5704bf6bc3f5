// Package sdk is what a trend module of labbox is written against, and the only
// public Go API of the project.
//
// A module is a program of its own. It answers four questions and never acts: it
// describes itself, plans what is to be installed, checks whether its trend is
// alive, and verifies whether the learner has done a step. The host starts it,
// asks, and stops it:
//
//	start ──► handshake ──► Describe ──► Plan ──► Check, Check, ... Verify ──► stop
//	              │                                    │
//	        other version:                       crash or hang:
//	        refused by name                 restarted with backoff
//
// The main of a module is one call:
//
//	func main() { sdk.Serve(gitops.New()) }
//
// Plain types only: whatever crosses this package's border is also valid JSON,
// and proto/module.proto says the same for other languages.
package sdk
