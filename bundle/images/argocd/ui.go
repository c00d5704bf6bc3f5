package main

import (
	"embed"

	"github.com/argoproj/argo-cd/v3/ui"
)

// built is upstream's web UI as built from its module.
//
//go:embed all:dist/app
var built embed.FS

// Upstream's server reads this variable; it must be set before main runs.
func init() { ui.Embedded = built }
