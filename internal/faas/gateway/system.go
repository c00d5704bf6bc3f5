package gateway

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/catalog"
)

// maxSystemBody bounds what the management calls read; a secret in base64 fits.
const maxSystemBody = 2 << 20

// route is one line of the interface; its pattern is http.ServeMux's.
type route struct {
	pattern string
	handler http.Handler
}

// routes lists everything but calls of functions. What they do is described in
// openapi.json.
func (s *Server) routes() []route {
	system := func(pattern string, h func(http.ResponseWriter, *http.Request) error) route {
		return route{pattern, s.measured(s.answering(h))}
	}
	open := func(pattern string, h http.HandlerFunc) route { return route{pattern, h} }
	return []route{
		open("GET /healthz", s.health),
		open("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/ui/", http.StatusTemporaryRedirect)
		}),
		open("GET /ui/", s.face),
		open("GET /openapi.json", serveJSON(openAPI)),
		open("GET /store/functions.json", serveJSON(catalog.JSON())),
		system("GET /system/info", s.info),
		system("GET /system/telemetry", s.telemetry),
		system("GET /system/functions", s.listFunctions),
		system("POST /system/functions", s.createFunction),
		system("PUT /system/functions", s.updateFunction),
		system("DELETE /system/functions", s.deleteFunction),
		system("GET /system/function/{name}", s.describeFunction),
		system("POST /system/scale-function/{name}", s.scaleFunction),
		system("POST /system/alert", s.alert),
		system("GET /system/namespaces", s.listNamespaces),
		system("POST /system/namespace/{$}", s.createNamespace),
		system("GET /system/namespace/{ns}", s.describeNamespace),
		system("PUT /system/namespace/{ns}", s.updateNamespace),
		system("DELETE /system/namespace/{ns}", s.deleteNamespace),
		system("GET /system/secrets", s.listSecrets),
		system("POST /system/secrets", s.createSecret),
		system("PUT /system/secrets", s.updateSecret),
		system("DELETE /system/secrets", s.deleteSecret),
		system("GET /system/logs", s.logs),
		open("/async-function/", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "asynchronous calls are not available in this version", http.StatusNotImplemented)
		}),
	}
}

// systemRoutes serves routes, those of the management behind the login.
func (s *Server) systemRoutes() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.pattern, r.handler)
	}
	s.extendRoutes(mux)
	closed := s.guarded(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/system") || strings.HasPrefix(r.URL.Path, "/ui") {
			closed.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// health is 200 once calls can be routed.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	if !s.synced.Load() {
		http.Error(w, "starting", http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "OK")
}

// face stands where other gateways have a user interface.
func (s *Server) face(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, "<!doctype html><title>labbox functions</title><h1>Function gateway of labbox %s</h1>"+
		"<p>Functions: <a href=\"/system/functions\">/system/functions</a>. The lab's dashboard shows them with their calls.</p>", s.config.Version)
}

// info names the platform; clients insist on both versions.
func (s *Server) info(w http.ResponseWriter, _ *http.Request) error {
	version := &api.Version{Release: s.config.Version, SHA: s.config.Commit}
	arch := runtime.GOARCH
	if arch == "amd64" {
		arch = "x86_64"
	}
	return reply(w, api.Info{
		Arch: arch, Version: version,
		Provider: api.Provider{Provider: "labbox", Orchestration: "kubernetes", Version: version},
	})
}

// measured counts requests to the management interface by route.
func (s *Server) measured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, sw := time.Now(), &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(sw, r)
		_, route, _ := strings.Cut(r.Pattern, " ")
		labels := []string{strconv.Itoa(sw.status), methodLabel(r.Method), route}
		s.metrics.apiTotal.WithLabelValues(labels...).Inc()
		s.metrics.apiTime.WithLabelValues(labels...).Observe(time.Since(start).Seconds())
	})
}

// methodLabel keeps invented methods from making series without end.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach Flush.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
