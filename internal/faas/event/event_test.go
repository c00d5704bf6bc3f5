package event

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/queue"
	"github.com/labbox/labbox/internal/faas/store"
)

func TestHeaders(t *testing.T) {
	t.Parallel()
	e := Event{ID: "a b", Source: "/x/ä\"%", Topic: TopicPush, Subject: "refs/heads/größe", Time: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)}
	h := e.header()
	for name, want := range map[string]string{
		"ce-specversion": "1.0", "ce-id": "a%20b", "ce-source": "/x/%C3%A4%22%25", "ce-type": "dev.labbox.git.push",
		"ce-subject": "refs/heads/gr%C3%B6%C3%9Fe", "ce-time": "2026-01-02T03:04:05.000000006Z", "content-type": "application/json",
	} {
		if h.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, h.Get(name), want)
		}
	}
	if _, ok := (Event{}).header()["Ce-Subject"]; ok {
		t.Error("an event without a subject has the header")
	}
}

func TestSubscribed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		annotation, topic string
		want              bool
	}{
		{"git.push", TopicPush, true}, {" cron, git.push ,x", TopicPush, true}, {"git.pushed", TopicPush, false}, {"", TopicPush, false},
		{"cron-function", TopicCron, true}, {"cron", TopicCron, true}, {"cron", TopicPush, false},
	}
	for _, tt := range tests {
		if got := subscribed(store.Function{Annotations: map[string]string{AnnotationTopic: tt.annotation}}, tt.topic); got != tt.want {
			t.Errorf("%q subscribes to %s: %t", tt.annotation, tt.topic, got)
		}
	}
}

func TestPublish(t *testing.T) {
	t.Parallel()
	l := newLab()
	e := Event{ID: "1", Source: "/s", Topic: TopicPush, Subject: "main", Data: json.RawMessage(`{"a":1}`)}
	if err := l.Bus.Publish(t.Context(), e); err != nil || len(l.calls) != 0 {
		t.Fatalf("nobody subscribes: %v, %d calls", err, len(l.calls))
	}
	l.subscribe("f", "git.push")
	l.subscribe("g", "cron")
	l.broke(errBroken)
	if err := l.Bus.Publish(t.Context(), e); err == nil {
		t.Error("Publish() succeeds on a full disk")
	}
	l.broke(nil)
	if err := l.Bus.Publish(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	c := l.last(t)
	if c.Key != keyFor("f") || c.Method != "POST" || c.Path != "/" || string(c.Body) != `{"a":1}` || c.Once == "" || c.Header.Get("Ce-Time") == "" {
		t.Errorf("call %+v", c)
	}
	if err := l.Bus.Publish(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if again := l.last(t); again.ID != c.ID || again.Once != c.Once {
		t.Error("the same event makes another call")
	}
	l.Bus.ring.Observe(queue.Outcome{ID: c.ID, Header: c.Header, State: "done", Status: 200, Try: 2})
	l.Bus.ring.Observe(queue.Outcome{ID: c.ID, State: "dead"}) // no event's
	got := l.Bus.ring.Newest(9)
	states := []string{}
	for _, d := range got {
		states = append(states, d.State)
	}
	equal(t, "deliveries", states, "done", "unheard") // the function was called once
	if d := got[0]; d.Function != "f" || d.Namespace != ns || d.CallID != c.ID || d.Status != 200 || d.Tries != 2 || d.Type != "dev.labbox.git.push" {
		t.Errorf("delivery %+v", d)
	}
}

func TestRingForgets(t *testing.T) {
	t.Parallel()
	r := NewRing(3)
	for _, id := range []string{"1", "2", "3", "4", "5"} {
		r.add(Event{ID: id}, nil, nil)
	}
	h := r.Routes()["GET /system/events"]
	for query, want := range map[string]string{"?limit=2": "54", "": "543"} {
		w := httptest.NewRecorder()
		if err := h(w, httptest.NewRequest("GET", "/system/events"+query, nil)); err != nil {
			t.Fatal(err)
		}
		var list []Delivery
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, d := range list {
			got += d.ID
		}
		if got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if err := h(httptest.NewRecorder(), httptest.NewRequest("GET", "/system/events?limit=x", nil)); err == nil {
		t.Error("limit=x is taken")
	}
}

// direct calls a handler as if it were every function.
type direct struct{ http.Handler }

// Call implements queue.Caller.
func (d direct) Call(ctx context.Context, _ store.Key, r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r.WithContext(ctx))
	return w.Result(), nil
}

// The whole way, with the real queue: an event that fails first arrives in the end,
// and the ring tells.
func TestThroughTheQueue(t *testing.T) {
	t.Parallel()
	l := newLab()
	l.subscribe("f", "git.push")
	config, err := queue.FromEnv(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	config.Dir, config.Retry.Min, config.Grace = t.TempDir(), time.Millisecond, time.Second
	seen := make(chan http.Header, 10)
	ring, log := NewRing(10), slog.New(slog.DiscardHandler)
	q, err := queue.Open(t.Context(), queue.Options{
		Config: config, Functions: store.NewTable(), Namespace: ns, Log: log, Observe: ring.Observe,
		Caller: direct{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen <- r.Header
			if r.Header.Get("X-Retry") == "0" {
				w.WriteHeader(503)
			}
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		q.Close()
	}()
	bus := NewBus(l, q, ring, log)
	for range 2 { // the second is the same event again
		if err := bus.Publish(t.Context(), Event{ID: "1", Source: "/s", Topic: TopicPush, Data: json.RawMessage(`{}`)}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		select {
		case h := <-seen:
			if h.Get("Ce-Id") != "1" || h.Get("Ce-Type") != "dev.labbox.git.push" || h.Get("Content-Type") != "application/json" {
				t.Errorf("the function got %v", h)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("the event did not come")
		}
	}
	await(t, "the ring says done", func() bool {
		d := ring.Newest(1)[0]
		return d.State == "done" && d.Tries == 2
	})
	if len(seen) != 0 {
		t.Error("an event that was published twice came twice")
	}
}

func TestFromEnv(t *testing.T) {
	t.Parallel()
	set := map[string]string{"event_mlflow_url": "off", "event_argocd_namespace": "off", "event_git_secret": "a/b"}
	c, err := FromEnv(func(name string) string { return set[name] })
	if err != nil || c.MLflowURL != "" || c.ArgoNamespace != "" || c.GitSecret != [2]string{"a", "b"} {
		t.Errorf("FromEnv() = %+v, %v", c, err)
	}
	for name, bad := range map[string]string{"event_git_secret": "b", "event_mlflow_every": "10ms"} {
		_, err := FromEnv(func(n string) string { return map[string]string{name: bad}[n] })
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("FromEnv() with %s=%s: %v", name, bad, err)
		}
	}
}
