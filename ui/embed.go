// Package ui holds the sources of the dashboard: templates, styles, small ES
// modules, icons and texts. It imports the standard library only and knows
// nothing of who serves them.
package ui

import (
	"embed"
	"io/fs"
)

// all: keeps dist embeddable on a clean clone, where it holds only a dot file.
//
//go:embed templates css js icons locales help all:dist
var files embed.FS

// FS returns everything: templates/*.html, css/*.css, js/*.js, icons/*.svg,
// locales/*.json, help/<lang>/, and dist/ with manifest.json once cmd/mkui has run.
func FS() fs.FS { return files }
