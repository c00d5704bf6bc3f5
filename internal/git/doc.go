// Package git is a small git server: smart HTTP on the real git program, a JSON
// API, a web view to read with, and webhooks that tell Argo CD of a push.
//
//	client ──► Server ──► git upload-pack / receive-pack ──► <root>/<name>.git
//	                │ refs changed
//	                └──► Dispatcher ──► one queue a target ──► webhook
//
// Git does all the work on objects and packs. This package decides who may do
// what, which repositories exist, and how much a client may cost: the size of a
// request, the time between two bytes and the number of git processes are
// bounded. Nothing that is pushed is ever executed.
package git
