package web

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/labtest"
	"github.com/labbox/labbox/ui"
)

// call is a request as if from this machine.
type call struct {
	handler http.Handler
	method  string
	target  string
	body    io.Reader
	// header may also hold Host and RemoteAddr.
	header map[string]string
}

func ask(t *testing.T, c call) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(c.method, c.target, c.body)
	r.RemoteAddr = "127.0.0.1:40000"
	r.Host = "127.0.0.1:8800"
	for name, value := range c.header {
		switch name {
		case "Host":
			r.Host = value
		case "RemoteAddr":
			r.RemoteAddr = value
		default:
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w
}

func mustServer(t *testing.T, change func(*Options)) *Server {
	t.Helper()
	opt := Options{Addr: "127.0.0.1:8800", Version: "v1.2.3", Assets: ui.FS(), Events: &labtest.Journal{}}
	if change != nil {
		change(&opt)
	}
	s, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	d.ready(t)
	d.server.hosts["127.0.0.1:8800"] = true
	web, admin := d.server.Handler(), d.server.AdminHandler()
	for _, c := range []struct {
		name    string
		handler http.Handler
		method  string
		path    string
		status  int
		want    string
	}{
		{"health", web, "GET", "/healthz", 200, "ok"},
		{"health by socket", admin, "GET", "/healthz", 200, "ok"},
		{"metrics", web, "GET", "/metrics", 200, "labbox_build_info{"},
		{"status", web, "GET", "/api/v1/status", 200, `"ready":true`},
		{"steps", web, "GET", "/api/v1/steps", 200, `{"steps":[{"id":"look","state":"ready"`},
		{"links", web, "GET", "/api/v1/links", 200, `"id":"argocd"`},
		{"modules", web, "GET", "/api/v1/modules", 200, `"name":"gitops"`},
		{"capstone", web, "GET", "/api/v1/capstone", 200, `"running":false`},
		{"capstone history", web, "GET", "/api/v1/capstone/history", 200, `"passed":true`},
		{"log", web, "GET", "/api/v1/logs/mlflow?tail=5", 200, "mlflow reconciled"},
		{"log of nothing", web, "GET", "/api/v1/logs/broken", 404, `{"error":{"code":"not-found"`},
		{"log with a bad tail", web, "GET", "/api/v1/logs/mlflow?tail=x", 400, `"code":"usage"`},
		{"events with a bad id", web, "GET", "/api/v1/events?since=x", 400, `"code":"usage"`},
		{"plot of a module", web, "GET", "/api/v1/modules/hello/plots/overview-1", 200, `"unit":"bytes"`},
		{"part of a module that is no plot", web, "GET", "/api/v1/modules/hello/plots/overview-0", 404, `no plot`},
		{"plot of no module", web, "GET", "/api/v1/modules/nobody/plots/overview-1", 404, `there is no module`},
		{"query", web, "GET", "/api/v1/query_range?query=cpu", 200, `"unit":"cores"`},
		{"query that is not declared", web, "GET", "/api/v1/query_range?query=up", 404, `no query`},
		{"unknown API", web, "GET", "/api/v1/nothing", 404, `{"error":{"code":"not-found"`},
		{"stop is not for browsers", web, "POST", "/api/v1/stop", 403, `"code":"forbidden"`},
		{"run by socket", admin, "POST", "/api/v1/capstone/run", 202, `"running":true`},
		{"second run by socket", admin, "POST", "/api/v1/capstone/run", 409, `"code":"running"`},
		{"reset by socket", admin, "POST", "/api/v1/capstone/reset", 200, `"reset":true`},
		{"stop by socket", admin, "POST", "/api/v1/stop", 202, `"stopping":true`},
		{"pages are not on the socket", admin, "GET", "/components", 404, ""},
		{"home", web, "GET", "/", 200, "The lab is ready"},
		{"component", web, "GET", "/components/mlflow", 200, "3.17.2"},
		{"component with a hostile name", web, "GET", "/components/%3Cscript%3E", 404, "&lt;script&gt;"},
		{"unknown page", web, "GET", "/nothing", 404, "There is nothing here"},
		{"style", web, "GET", d.server.assets.url("css/base.css"), 200, "focus-visible"},
		{"template is no asset", web, "GET", d.server.assets.url("templates/home.html"), 404, ""},
		{"asset outside", web, "GET", d.server.assets.url("css/../locales/en.json"), 404, ""},
		{"asset of another version", web, "GET", "/assets/000000000000/css/base.css", 404, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := ask(t, call{c.handler, c.method, c.path, nil, nil})
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
				t.Fatalf("%s %s: %d %.300s\nwant %d and %q", c.method, c.path, w.Code, w.Body, c.status, c.want)
			}
		})
	}
	if d.runs != 2 || d.resets != 1 || d.stops != 1 {
		t.Errorf("runs %d, resets %d, stops %d; want 2, 1, 1", d.runs, d.resets, d.stops)
	}
}

// TestBareServer is the dashboard at the very start: nothing is there yet.
func TestBareServer(t *testing.T) {
	t.Parallel()
	web := mustServer(t, nil).Handler()
	for path, want := range map[string]string{
		"/": "The lab is starting", "/components": "as soon as the cluster boots", "/capstone": "as soon as the lab is ready",
		"/plots": "Prometheus does not answer yet", "/modules": "as soon as they have been started",
		"/api/v1/links": "[]", "/api/v1/modules": "[]", "/api/v1/capstone": `"last":null`,
	} {
		if w := ask(t, call{web, "GET", path, nil, nil}); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %.200s, want %q", path, w.Code, w.Body, want)
		}
	}
	for _, path := range []string{"/api/v1/logs/x", "/api/v1/query_range?query=cpu"} {
		w := ask(t, call{web, "GET", path, nil, nil})
		var body errorBody
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != 503 || body.Error.Hint == "" {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestJournalFailure(t *testing.T) {
	t.Parallel()
	journal := &labtest.Journal{Err: io.ErrUnexpectedEOF}
	web := mustServer(t, func(o *Options) { o.Events = journal }).Handler()
	for _, path := range []string{"/", "/api/v1/steps"} {
		if w := ask(t, call{web, "GET", path, nil, nil}); w.Code != 500 || !strings.Contains(w.Body.String(), "unexpected EOF") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestPanicIsAnAnswer(t *testing.T) {
	t.Parallel()
	web := mustServer(t, func(o *Options) {
		o.Modules = func(context.Context) []lab.Module { panic("boom") }
	}).Handler()
	if w := ask(t, call{web, "GET", "/api/v1/modules", nil, nil}); w.Code != 500 || !strings.Contains(w.Body.String(), `"code":"internal"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	d.ready(t)
	d.setStatus(func(s *lab.Status) { // the same name twice must not spoil the scrape
		s.Components = append(s.Components, s.Components[0], lab.Component{Name: "sleepy", Namespace: "x"})
	})
	admin := d.server.AdminHandler()
	ask(t, call{admin, "GET", "/healthz", nil, nil})
	ask(t, call{admin, "BREW", "/nothing/here", nil, nil})
	body := ask(t, call{admin, "GET", "/metrics", nil, nil}).Body.String()
	for _, want := range []string{
		`labbox_build_info{goversion="go`, `version="v0.3.0-demo"} 1`,
		`labbox_component_ready{component="kine",component_namespace="",trend=""} 1`,
		`labbox_component_ready{component="sleepy",component_namespace="x",trend=""} 0`,
		`labbox_component_memory_bytes{component="mlflow",component_namespace="mlops",trend="mlops"} 2.22298112e+08`,
		`labbox_up_step_seconds{step="boot"} 8.`,
		`labbox_http_requests_total{code="200",method="GET",route="/healthz"} 1`,
		`method="other",route="unmatched"} 1`, `labbox_http_request_duration_seconds_bucket{route="/healthz"`, "go_goroutines",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("missing %s", want)
		}
	}
	if strings.Contains(body, `memory_bytes{component="sleepy"`) {
		t.Error("unknown memory is shown as 0")
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:8800", "192.168.1.5:8800", "example.org:8800", "8800", ":8800"} {
		if _, err := New(Options{Addr: addr, Assets: ui.FS(), Events: &labtest.Journal{}}); err == nil {
			t.Errorf("address %s was accepted", addr)
		}
	}
}

func TestMemoAsksOnce(t *testing.T) {
	t.Parallel()
	asked := 0
	s := mustServer(t, func(o *Options) { o.Status = nil })
	s.status.get = func(context.Context) lab.Status { asked++; return lab.Status{} }
	s.status.age = time.Hour
	web := s.Handler()
	for range 5 {
		ask(t, call{web, "GET", "/api/v1/status", nil, nil})
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// TestLinksInBothLanguages: what can be opened is named in the page's language.
func TestLinksInBothLanguages(t *testing.T) {
	t.Parallel()
	web := mustServer(t, func(o *Options) { o.Links = demoLinks }).Handler()
	for lang, want := range map[string]string{"de": "Funktions-Gateway", "en": "Function gateway"} {
		if page := ask(t, call{web, "GET", "/", nil, map[string]string{"Cookie": "labbox_lang=" + lang}}); !strings.Contains(page.Body.String(), "<strong>"+want+"</strong>") {
			t.Errorf("%s: no link called %q, status %d", lang, want, page.Code)
		}
	}
}
