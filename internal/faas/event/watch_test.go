package event

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

// apiServer fakes lists and watches of Applications.
type apiServer struct {
	mu      sync.Mutex
	items   []string
	err     error
	watches chan *io.PipeWriter
}

func (s *apiServer) ask(ctx context.Context, r store.RawRequest) (io.ReadCloser, error) {
	s.mu.Lock()
	items, err := s.items, s.err
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if r.Query.Get("watch") == "" {
		list := `{"metadata":{"resourceVersion":"7"},"items":[`
		for i, item := range items {
			if i > 0 {
				list += ","
			}
			list += item
		}
		return body(list + "]}"), nil
	}
	if r.Query.Get("resourceVersion") != "7" || r.Path != "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications" {
		return nil, fmt.Errorf("watch of %s from %s", r.Path, r.Query.Get("resourceVersion"))
	}
	reader, writer := io.Pipe()
	context.AfterFunc(ctx, func() { _ = writer.CloseWithError(ctx.Err()) })
	select {
	case s.watches <- writer:
		return reader, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func app(name, phase, started string) string {
	finished := ""
	if phase != "Running" {
		finished = `,"finishedAt":"` + started + `"`
	}
	return fmt.Sprintf(`{"metadata":{"name":%q,"namespace":"argocd","uid":"u-%s","resourceVersion":"8"},"status":{"sync":{"status":"Synced","revision":"abc"},"operationState":{"phase":%q,"message":"m","startedAt":%q%s}}}`,
		name, name, phase, started, finished)
}

func TestArgoCD(t *testing.T) {
	t.Parallel()
	l := newLab()
	l.subscribe("f", "argocd.sync.succeeded,argocd.sync.failed")
	server := &apiServer{items: []string{app("old", "Succeeded", "2026-01-01T00:00:00Z")}, watches: make(chan *io.PipeWriter), err: store.ErrNotFound}
	start := func() (stop func()) {
		a := NewArgoCD(l.Parts, server.ask, "argocd")
		a.pause = time.Millisecond
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- a.Run(ctx) }()
		return func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
	stop := start()
	server.mu.Lock()
	server.err = nil // Argo CD is installed
	server.mu.Unlock()
	w := <-server.watches
	send := func(kind, object string) { _, _ = io.WriteString(w, `{"type":"`+kind+`","object":`+object+"}\n") }
	send("MODIFIED", app("old", "Running", "2026-01-02T00:00:00Z"))
	send("MODIFIED", app("old", "Succeeded", "2026-01-02T00:00:00Z"))
	send("MODIFIED", app("old", "Succeeded", "2026-01-02T00:00:00Z"))
	send("ADDED", app("new", "Failed", "2026-01-03T00:00:00Z"))
	send("ERROR", `{"code":410}`)
	server.mu.Lock()
	server.items = []string{app("old", "Succeeded", "2026-01-02T00:00:00Z"), app("new", "Error", "2026-01-04T00:00:00Z")}
	server.mu.Unlock()
	<-server.watches
	await(t, "three events", func() bool { l.mu.Lock(); defer l.mu.Unlock(); return len(l.calls) == 3 })
	var data struct{ Application, Phase, Revision string }
	if err := json.Unmarshal(l.last(t).Body, &data); err != nil || data.Application != "new" || data.Phase != "Error" || data.Revision != "abc" {
		t.Errorf("data %+v, %v", data, err)
	}
	if id := l.last(t).Header.Get("Ce-Id"); id != "u-new/2026-01-04T00:00:00Z/Error" {
		t.Errorf("ce-id %s", id)
	}
	equal(t, "events", l.taken(), "f argocd.sync.succeeded argocd/old", "f argocd.sync.failed argocd/new", "f argocd.sync.failed argocd/new")
	stop()
	server.mu.Lock()
	server.err, server.items = nil, []string{app("old", "Succeeded", "2026-02-01T00:00:00Z")}
	server.mu.Unlock()
	a := NewArgoCD(l.Parts, func(ctx context.Context, r store.RawRequest) (io.ReadCloser, error) {
		if r.Query.Get("watch") != "" {
			return body(""), nil
		}
		return server.ask(ctx, r)
	}, "argocd")
	for range 2 {
		if err := a.listAndWatch(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "after a restart", l.taken(), "f argocd.sync.succeeded argocd/old")
}

func TestMLflow(t *testing.T) {
	t.Parallel()
	l := newLab()
	aliases := map[string]string{"champion": "1"} // of the model on page two
	status := 200
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/2.0/mlflow/registered-models/search" || status != 200 {
			w.WriteHeader(500)
			return
		}
		if r.FormValue("page_token") == "" {
			_, _ = io.WriteString(w, `{"registered_models":[{"name":"plain"}],"next_page_token":"2"}`)
			return
		}
		list := []map[string]string{}
		for alias, version := range aliases {
			list = append(list, map[string]string{"alias": alias, "version": version})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"registered_models": []any{map[string]any{"name": "iris", "aliases": list}}})
	}))
	defer server.Close()
	m := NewMLflow(l.Parts, server.URL, time.Second)
	look := func() error { return m.look(t.Context()) }
	steps := []struct {
		name   string
		before func()
		ids    []string
	}{
		{"nobody subscribes", func() {}, nil},
		{"the first look", func() { l.subscribe("f", "mlflow.model.promoted") }, nil},
		{"nothing new", func() {}, nil},
		{"moved", func() { aliases["champion"] = "2" }, []string{"iris/champion/2/2"}},
		{"back", func() { aliases["champion"] = "1" }, []string{"iris/champion/1/3"}},
		{"another", func() { aliases["shadow"] = "2" }, []string{"iris/shadow/2/1"}},
		{"removed", func() { delete(aliases, "shadow") }, nil},
		{"set again", func() { aliases["shadow"] = "2" }, []string{"iris/shadow/2/2"}},
		{"MLflow is away", func() { status = 500 }, nil},
		{"a restart", func() { status = 200; aliases["champion"] = "3"; m = NewMLflow(l.Parts, server.URL, time.Second) }, []string{"iris/champion/3/4"}},
		{"the disk is full", func() { aliases["champion"] = "4"; l.broke(errBroken) }, nil},
		{"and empty", func() { l.broke(nil) }, []string{"iris/champion/4/5"}},
		{"nobody any more", func() { l.subscribe("f", "cron"); aliases["champion"] = "9" }, nil},
		{"somebody again", func() { l.subscribe("f", "mlflow.model.promoted") }, nil},
	}
	for _, s := range steps {
		s.before()
		if err := look(); (err != nil) != (status != 200 || l.broken != nil) {
			t.Fatalf("%s: %v", s.name, err)
		}
		var ids []string
		for _, c := range l.calls {
			ids = append(ids, c.Header.Get("Ce-Id"))
		}
		l.taken()
		equal(t, s.name, ids, s.ids...)
	}
}
