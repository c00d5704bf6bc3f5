// Package web is the dashboard: server-rendered pages that stay live by server-sent
// events, the JSON API under /api/v1, /metrics and /healthz.
//
// It offers two handlers over the same routes. Handler is for the loopback TCP
// listener and trusts nobody: Host, Origin and a token are checked. AdminHandler is
// for a unix socket that only its owner can open; it needs no token and can also
// stop the lab.
//
//	browser ──► Handler ──► guard ──► pages, API ┐
//	                                             ├──► Options: functions given by app
//	CLI ──► Client ──► AdminHandler ──► API ─────┘
//
// What functions are and what is done with them comes from FunctionParts, their
// figures from Prometheus; both are asked once for all viewers (memo, cache).
//
// One file is one page or one part of the API. The templates are in /ui.
package web
