// Package scaffold carries out software templates (scaffolder.backstage.io/v1beta3):
// it checks what a form has sent against the template's JSON Schema, runs the steps
// one after the other in a workspace in memory, and tells what happens as events.
//
//	POST /v2/tasks ──► open ──► processing ──► completed
//	                    │           ├─────────► failed ──► retry ──► open
//	                    └──────────►└─────────► cancelled
//
// Tasks are kept as files. One that a restart of the program interrupts has failed,
// says so, and may be tried again: what it did before is found, not done twice.
package scaffold
