package gateway

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/faas/catalog"
	"github.com/labbox/labbox/internal/faas/event"
	"github.com/labbox/labbox/internal/faas/queue"
)

// queued gives a gateway its queue and the list of its events, as cmd/inpod/gateway does.
func queued(t *testing.T, s *Server) {
	t.Helper()
	config, err := queue.FromEnv(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	config.Dir = t.TempDir()
	ring := event.NewRing(100)
	q, err := queue.Open(t.Context(), queue.Options{
		Config: config, Caller: s, Functions: s.Table(), Namespace: ns, Log: slog.New(slog.DiscardHandler), Observe: ring.Observe,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	s.Extend(Extension{Prefixes: map[string]http.Handler{"/async-function/": q.Handler()}, Routes: q.Routes(), Run: q.Run})
	s.Extend(Extension{Routes: ring.Routes()})
}

type described struct {
	Paths map[string]map[string]json.RawMessage `json:"paths"`
}

// operations returns "METHOD path" of every operation in the description.
func operations(t *testing.T) []string {
	t.Helper()
	var doc described
	if err := json.Unmarshal([]byte(openAPI), &doc); err != nil {
		t.Fatal(err)
	}
	var out []string
	for path, item := range doc.Paths {
		for _, method := range slices.Sorted(maps.Keys(item)) {
			if method != "parameters" {
				out = append(out, strings.ToUpper(method)+" "+path)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Every route is described, and every description has its route.
func TestDescriptionIsOfTheRoutes(t *testing.T) {
	t.Parallel()
	f := newExtended(t, nil, queued)
	var routes []string
	for _, e := range f.gateway.extensions {
		for pattern := range e.Routes {
			routes = append(routes, pattern)
		}
	}
	for _, r := range f.gateway.routes() {
		switch method, path, _ := strings.Cut(r.pattern, " "); {
		case path == "": // the queue's, which takes these
			routes = append(routes, "POST "+method+"{name}", "POST "+method+"{name}/{path}", "DELETE "+method+"{name}")
		default:
			routes = append(routes, method+" "+strings.TrimSuffix(path, "{$}"))
		}
	}
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} { // by the handler itself
		routes = append(routes, method+" /function/{name}", method+" /function/{name}/{path}")
	}
	// Of event.Sources, which need a cluster.
	routes = append(routes, "POST /events/git", "POST /events/prometheus/api/v2/alerts")
	described := operations(t)
	for _, r := range routes {
		if !slices.Contains(described, r) {
			t.Errorf("%s is not in openapi.json", r)
		}
	}
	for _, d := range described {
		if !slices.Contains(routes, d) {
			t.Errorf("%s is in openapi.json and no route", d)
		}
	}
}

func TestDescriptionRefersToWhatItHas(t *testing.T) {
	t.Parallel()
	var doc any
	if err := json.Unmarshal([]byte(openAPI), &doc); err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				at := doc
				for _, part := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
					m, _ := at.(map[string]any)
					at = m[part]
				}
				if at == nil {
					t.Errorf("%s leads nowhere", ref)
				}
			}
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(doc)
}

// What is open to all is served as it is, and to pages of other origins.
func TestOpenDocuments(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for path, want := range map[string]string{"/openapi.json": openAPI, "/store/functions.json": catalog.JSON()} {
		r, _ := http.NewRequest("GET", f.url+path, nil)
		resp, body := send(t, r)
		if resp.StatusCode != 200 || body != want || resp.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d, %d bytes, %v", path, resp.StatusCode, len(body), resp.Header)
		}
	}
}
