// Package idp is the lab's internal developer platform: a catalog, software templates,
// environments, scorecards, documentation and energy, in Backstage's formats.
//
//	git ──► catalog ◄── environments (namespaces)
//	           │  ▲
//	           ▼  └── scaffold ──► git, Argo CD, environments
//	      scorecard ──► Argo CD, workloads, techdocs, Prometheus
//
// New puts the parts together; nothing is read or listened to before Run.
package idp
