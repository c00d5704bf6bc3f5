package event

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/queue"
	"github.com/labbox/labbox/internal/faas/store"
)

const ns = "openfaas-fn"

func keyFor(name string) store.Key { return store.Key{Namespace: ns, Name: name} }

// lab is everything around a source: functions, a queue that fails when told to, and a
// state that outlives a source.
type lab struct {
	Parts
	mu        sync.Mutex
	functions map[store.Key]store.Function
	calls     []queue.Call
	state     map[string][]byte
	broken    error
}

func newLab() *lab {
	l := &lab{functions: map[store.Key]store.Function{}, state: map[string][]byte{}}
	log := slog.New(slog.DiscardHandler)
	l.Parts = Parts{Bus: NewBus(l, l, NewRing(10), log), State: memory{l}, Log: log}
	return l
}

// subscribe makes a function with annotations, in pairs.
func (l *lab) subscribe(name, topic string, more ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	notes := map[string]string{AnnotationTopic: topic}
	for i := 0; i+1 < len(more); i += 2 {
		notes[more[i]] = more[i+1]
	}
	l.functions[keyFor(name)] = store.Function{Annotations: notes}
}

// Each implements Functions.
func (l *lab) Each(f func(store.Key, store.Function) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, fn := range l.functions {
		if !f(key, fn) {
			return
		}
	}
}

// Enqueue implements Queue.
func (l *lab) Enqueue(_ context.Context, c queue.Call) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken == nil {
		l.calls = append(l.calls, c)
	}
	return l.broken
}

// broke makes the queue fail, or work again.
func (l *lab) broke(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = err
}

// taken returns what was queued since the last look, as "function topic subject".
func (l *lab) taken() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []string
	for _, c := range l.calls {
		out = append(out, c.Key.Name+" "+strings.TrimPrefix(c.Header.Get("Ce-Type"), typePrefix)+" "+c.Header.Get("Ce-Subject"))
	}
	l.calls = nil
	return out
}

// last returns the newest call.
func (l *lab) last(t *testing.T) queue.Call {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.calls) == 0 {
		t.Fatal("nothing was queued")
	}
	return l.calls[len(l.calls)-1]
}

// memory implements State.
type memory struct{ l *lab }

func (m memory) Get(_ context.Context, key string) ([]byte, error) {
	m.l.mu.Lock()
	defer m.l.mu.Unlock()
	return m.l.state[key], nil
}

func (m memory) Put(_ context.Context, key string, value []byte) error {
	m.l.mu.Lock()
	defer m.l.mu.Unlock()
	m.l.state[key] = value
	return nil
}

func (m memory) Delete(_ context.Context, key string) error {
	m.l.mu.Lock()
	defer m.l.mu.Unlock()
	delete(m.l.state, key)
	return nil
}

func equal(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// mustServe sends body to h and returns the status.
func mustServe(h http.Handler, path, body string, header ...string) int {
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

var errBroken = errors.New("the disk is full")

// await polls until ok or a deadline.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 20 s", what)
		}
		<-time.After(2 * time.Millisecond)
	}
}

func body(text string) io.ReadCloser { return io.NopCloser(strings.NewReader(text)) }
