// Package plugins holds the guide for authors of modules and lessons.
package plugins

import _ "embed"

//go:embed GUIDE.md
var english string

//go:embed GUIDE.de.md
var german string

//go:embed LESSONS.md
var lessons string

// Guide returns the way from nothing to a module whose lesson runs in the dashboard, as
// Markdown in German ("de") or English.
func Guide(lang string) string {
	if lang == "de" {
		return german
	}
	return english
}

// Lessons returns how a lesson is written, as Markdown.
func Lessons() string { return lessons }
