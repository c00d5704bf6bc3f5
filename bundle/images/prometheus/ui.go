package main

import (
	"embed"
	"net/http"

	"github.com/prometheus/common/assets"
	"github.com/prometheus/prometheus/web/ui"
)

// static is upstream's web UI as built from its module, each file gzipped.
//
//go:embed static
var static embed.FS

// Upstream's package expects its assets to be set before main runs.
func init() { ui.Assets = http.FS(assets.New(static)) }
