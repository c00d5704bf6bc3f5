package gateway

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/labbox/labbox/internal/faas/store"
	"github.com/labbox/labbox/internal/faas/storetest"
)

func TestExtension(t *testing.T) {
	t.Parallel()
	config, err := FromEnv(func(name string) string { return map[string]string{"basic_auth": "false"}[name] })
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(storetest.New(t).Client(), store.Config{Namespaces: config.Namespaces})
	server, err := New(config, s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	server.Extend(Extension{Match: func(r *http.Request) http.Handler {
		if r.Host != "other.example" {
			return nil
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "other "+r.URL.Path) })
	}})
	failed := errors.New("broken")
	server.Extend(Extension{
		Prefixes: map[string]http.Handler{"/async-function/": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.URL.Path)
		})},
		Routes: map[string]func(http.ResponseWriter, *http.Request) error{
			"GET /system/extra": func(http.ResponseWriter, *http.Request) error { return &store.Invalid{Message: "no"} },
		},
		Metrics: []prometheus.Collector{prometheus.NewGauge(prometheus.GaugeOpts{Name: "extra", Help: "extra"})},
		Run:     func(context.Context) error { return failed },
	})
	for path, want := range map[string]struct {
		status int
		body   string
	}{
		"/async-function/a//b/../c": {200, "/async-function/a//b/../c"},
		"/system/extra":             {400, "no\n"},
	} {
		w := httptest.NewRecorder()
		server.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != want.status || w.Body.String() != want.body {
			t.Errorf("GET %s = %d %q", path, w.Code, w.Body.String())
		}
	}
	r, w := httptest.NewRequest("GET", "http://other.example/function/x", nil), httptest.NewRecorder()
	if server.Handler().ServeHTTP(w, r); w.Body.String() != "other /function/x" {
		t.Errorf("an extension that claims a host gets %d %q", w.Code, w.Body.String())
	}
	if err := server.Watch(t.Context(), func() {}); !errors.Is(err, failed) {
		t.Errorf("Watch() = %v when an extension fails", err)
	}
}
