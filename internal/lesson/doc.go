// Package lesson reads lessons, watches the systems they are about, and ticks each
// task as soon as the systems are as the task wants them.
//
//	lesson.yaml ──► Load ──► Lesson ──┐
//	                                  ▼
//	Kubernetes, git, ... ──► Source ──► readings ──► Engine ──► tick, event, store
//	                                  (shared)         ▲
//	                                     learner ──────┘ start, check, hint
//
// A lesson is data: its conditions are expressions in CEL, the language of Kubernetes'
// own admission policies, over what is watched. plugins/LESSONS.md is its format. A
// started lesson that somebody has looked at within the last hour is watched; the
// readings are shared by all that need the same ones. The scripts of a lesson run
// elsewhere, behind Runner.
package lesson
