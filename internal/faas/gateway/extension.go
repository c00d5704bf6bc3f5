package gateway

import (
	"context"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

// Extension is what else the gateway does: the queue and the events are such.
type Extension struct {
	// Prefixes serve the paths that begin with them, such as "/async-function/", before
	// all else and without authentication.
	Prefixes map[string]http.Handler
	// Match returns who serves a request instead of the gateway, functions' calls
	// included; nil: not this extension. It is asked for every request.
	Match func(*http.Request) http.Handler
	// Routes belong to the management interface: patterns of http.ServeMux below
	// /system, behind its password. An error becomes the answer as with its own.
	Routes map[string]func(http.ResponseWriter, *http.Request) error
	// Metrics join /metrics.
	Metrics []prometheus.Collector
	// Run, when set, works beside the server from the moment that calls can be routed
	// until its context ends. An error ends the server.
	Run func(ctx context.Context) error
}

// Extend adds e. It must come before Handler and Run.
func (s *Server) Extend(e Extension) {
	s.metrics.registry.MustRegister(e.Metrics...)
	s.extensions = append(s.extensions, e)
}

// Table is the live picture of functions that calls are routed by.
func (s *Server) Table() *store.Table { return s.table }

// Heed scales the function that an alert's label function_name names, as POST
// /system/alert does.
func (s *Server) Heed(ctx context.Context, alert api.Alert) error { return s.heed(ctx, alert) }

// extended returns who serves path instead of the gateway; nil: nobody.
func (s *Server) extended(path string) http.Handler {
	for _, e := range s.extensions {
		for prefix, h := range e.Prefixes {
			if strings.HasPrefix(path, prefix) {
				return h
			}
		}
	}
	return nil
}

// matched returns the extension's handler that claims r; nil: none does.
func (s *Server) matched(r *http.Request) http.Handler {
	for _, e := range s.extensions {
		if e.Match != nil {
			if h := e.Match(r); h != nil {
				return h
			}
		}
	}
	return nil
}

// extendRoutes adds the routes of all extensions to mux.
func (s *Server) extendRoutes(mux *http.ServeMux) {
	for _, e := range s.extensions {
		for pattern, h := range e.Routes {
			mux.Handle(pattern, s.measured(s.answering(h)))
		}
	}
}
