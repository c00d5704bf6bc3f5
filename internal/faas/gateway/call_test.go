package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

var fKey = store.Key{Namespace: ns, Name: "f"}

func mustRequest(t *testing.T, method, path, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (f *fixture) scraped() string {
	w := httptest.NewRecorder()
	f.gateway.MetricsHandler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func TestCallFromInside(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	f.ready(t, "f", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %s %s %s %t", r.Method, r.RequestURI, body, r.Header.Get("X-Call-Id"), r.Header.Get("X-Start-Time") != "")
	})
	r := mustRequest(t, "POST", "/a%2Fb?c=d", "body")
	r.Header.Set("X-Call-Id", "mine")
	resp, err := f.gateway.Call(t.Context(), fKey, r)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(resp.Body)
	if string(text) != "POST /a%2Fb?c=d body mine true" || resp.Header.Get("X-Call-Id") != "mine" {
		t.Errorf("%q %v", text, resp.Header)
	}
	if load := f.gateway.table.Load(fKey); load.Running != 1 {
		t.Errorf("%d calls run before the body is closed", load.Running)
	}
	_ = resp.Body.Close()
	_ = resp.Body.Close()
	if load := f.gateway.table.Load(fKey); load.Running != 0 {
		t.Errorf("%d calls run after the body was closed", load.Running)
	}
	for _, want := range []string{`invocation_total{code="200",function_name="f.openfaas-fn"} 1`, `inflight{function_name="f.openfaas-fn"} 0`} {
		if !strings.Contains(f.scraped(), want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if len(r.Header) != 1 {
		t.Errorf("the caller's header was changed: %v", r.Header)
	}
}

func TestCallFromInsideFails(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.WakeTimeout = 50 * time.Millisecond }, function("f", 1))
	left, cancel := context.WithCancel(context.Background())
	cancel()
	tests := []struct {
		name string
		ctx  context.Context
		key  store.Key
		want error
	}{
		{"no such function", context.Background(), store.Key{Namespace: ns, Name: "none"}, store.ErrNotFound},
		{"never ready", context.Background(), fKey, ErrNoEndpoint},
		{"the caller leaves", left, fKey, context.Canceled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := f.gateway.Call(tt.ctx, tt.key, mustRequest(t, "POST", "/", "x")); !errors.Is(err, tt.want) {
				t.Errorf("Call() = %v, want %v", err, tt.want)
			}
		})
	}
}

// With one call a replica, a hundred callers are served one after the other.
func TestMaxInflightHolds(t *testing.T) {
	t.Parallel()
	d := function("f", 1)
	d.Spec.Template.Annotations = map[string]string{api.AnnotationMaxInflight: "1"}
	f := newFixture(t, nil, d)
	var running, most, served atomic.Int32
	f.ready(t, "f", func(http.ResponseWriter, *http.Request) {
		if n := running.Add(1); n > most.Load() {
			most.Store(n)
		}
		served.Add(1)
		running.Add(-1)
	})
	done := make(chan error)
	for range 100 {
		go func() {
			resp, err := f.gateway.Call(context.Background(), fKey, mustRequest(t, "GET", "/", ""))
			if err == nil {
				err = resp.Body.Close()
			}
			done <- err
		}()
	}
	for range 100 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if served.Load() != 100 || most.Load() != 1 {
		t.Errorf("%d calls served, %d at a time; want 100 and 1", served.Load(), most.Load())
	}
}
