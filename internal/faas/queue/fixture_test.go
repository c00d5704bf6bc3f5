package queue

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

const ns = "openfaas-fn"

func keyFor(name string) store.Key { return store.Key{Namespace: ns, Name: name} }

// functions is a table of functions that there are.
type functions struct {
	mu  sync.Mutex
	all map[store.Key]store.Function
}

// Lookup implements Functions.
func (f *functions) Lookup(key store.Key) (store.Function, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fn, ok := f.all[key]
	return fn, ok
}

func (f *functions) set(key store.Key, annotations map[string]string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all[key] = store.Function{Annotations: annotations}
}

func (f *functions) remove(key store.Key) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.all, key)
}

// remote is a Caller that sends every call to one server, under /<function>.
type remote struct{ url string }

// Call implements Caller.
func (c remote) Call(ctx context.Context, key store.Key, r *http.Request) (*http.Response, error) {
	out := r.Clone(ctx)
	u, err := r.URL.Parse(c.url + "/" + key.Name + r.URL.RequestURI())
	if err != nil {
		return nil, err
	}
	out.URL, out.Host = u, u.Host
	return http.DefaultTransport.RoundTrip(out)
}

// got is a call as a function saw it.
type got struct {
	path, body string
	header     http.Header
}

// fixture is a queue on its own directory with functions on loopback.
type fixture struct {
	*Queue
	functions *functions
	url       string // of the queue's Handler
	calls     chan got
	stop      func()
	outcomes  chan Outcome
}

type setup struct {
	dir    string
	config func(*Config)
	// answer is what functions do; nil answers 200.
	answer http.HandlerFunc
	idle   bool // do not Run
}

func mustOpen(t *testing.T, s setup) *fixture {
	t.Helper()
	f := &fixture{functions: &functions{all: map[store.Key]store.Function{}}, calls: make(chan got, 4096), outcomes: make(chan Outcome, 4096)}
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		f.calls <- got{r.URL.RequestURI(), string(body), r.Header}
		if s.answer != nil {
			r.Body = io.NopCloser(bytes.NewReader(body))
			s.answer(w, r)
		}
	}))
	t.Cleanup(backend.Close)
	config, err := FromEnv(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	config.Dir, config.CallbackLoopback, config.Grace = s.dir, true, 5*time.Second
	config.Retry.Min, config.Retry.Longest = 10*time.Millisecond, 20*time.Millisecond
	if config.Dir == "" {
		config.Dir = t.TempDir()
	}
	if s.config != nil {
		s.config(&config)
	}
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("QUEUE_TEST_LOG") != "" {
		log = slog.Default()
	}
	f.Queue, err = Open(t.Context(), Options{
		Config: config, Caller: remote{backend.URL}, Functions: f.functions, Namespace: ns, Version: "test", Log: log,
		Observe: func(o Outcome) { f.outcomes <- o },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	if s.idle {
		ended <- nil
	} else {
		go func() { ended <- f.Run(ctx) }()
	}
	var once sync.Once
	f.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			f.Close()
		})
	}
	t.Cleanup(f.stop)
	front := httptest.NewServer(f.Handler())
	t.Cleanup(front.Close)
	f.url = front.URL
	return f
}

// post makes an asynchronous call and wants status.
func (f *fixture) post(t *testing.T, path, body string, status int, header ...string) http.Header {
	t.Helper()
	return mustSend(t, "POST "+f.url+"/async-function/"+path, body, status, header...)
}

func mustSend(t *testing.T, what, body string, status int, header ...string) http.Header {
	t.Helper()
	method, url, _ := strings.Cut(what, " ")
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != status {
		t.Fatalf("%s = %d %q, want %d", what, resp.StatusCode, text, status)
	}
	return resp.Header
}

// take returns the next value of c, within a deadline.
func take[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(30 * time.Second):
		t.Fatal("nothing came within 30 s")
		panic("unreachable")
	}
}

// await polls until ok or a deadline.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 30 s", what)
		}
		<-time.After(5 * time.Millisecond)
	}
}
