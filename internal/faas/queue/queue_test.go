package queue

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestCallReachesTheFunction(t *testing.T) {
	t.Parallel()
	f := mustOpen(t, setup{})
	f.functions.set(keyFor("f"), nil)
	h := f.post(t, "f.openfaas-fn/a%2Fb/c?x=1&y", "hello", 202, "Content-Type", "text/x", "X-Own", "kept", "Te", "trailers")
	c := take(t, f.calls)
	if c.path != "/f/a%2Fb/c?x=1&y" || c.body != "hello" {
		t.Errorf("the function got %q %q", c.path, c.body)
	}
	for name, want := range map[string]string{"X-Call-Id": h.Get("X-Call-Id"), "Content-Type": "text/x", "X-Own": "kept",
		"X-Retry": "0", "X-Retry-Max": "5", "Te": "", "X-Forwarded-For": "127.0.0.1"} {
		if c.header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, c.header.Get(name), want)
		}
	}
	if len(h.Get("X-Call-Id")) != 36 {
		t.Errorf("X-Call-Id %q is no UUID", h.Get("X-Call-Id"))
	}
	if o := take(t, f.outcomes); o.State != "done" || o.Status != 200 || o.Try != 1 {
		t.Errorf("outcome %+v", o)
	}
	await(t, "the queue is empty", func() bool { n, err := f.Depth(t.Context(), keyFor("f")); return err == nil && n == 0 })
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	f := mustOpen(t, setup{config: func(c *Config) { c.MaxBody = 10; c.MaxCalls = 1 }, idle: true})
	f.functions.set(keyFor("f"), nil)
	tests := []struct {
		name, path, body string
		status           int
		header           []string
	}{
		{"no name", "", "", 400, nil},
		{"escaped name", "a%2Fb", "", 400, nil},
		{"a star", "*", "", 400, nil},
		{"unknown", "none", "", 404, nil},
		{"unknown namespace", "f.default", "", 404, nil},
		{"large", "f", "12345678901", 413, nil},
		{"callback without scheme", "f", "", 400, []string{"X-Callback-Url", "here"}},
		{"callback of another scheme", "f", "", 400, []string{"X-Callback-Url", "file:///etc/passwd"}},
		{"callback that is no URL", "f", "", 400, []string{"X-Callback-Url", "http://[::1"}},
		{"callback with a password", "f", "", 400, []string{"X-Callback-Url", "http://u:p@h/"}},
		{"fits", "f", "1234567890", 202, []string{"X-Call-Id", "my id / with.all"}},
		{"full", "f", "", 429, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := f.post(t, tt.path, tt.body, tt.status, tt.header...)
			if tt.status == 202 && h.Get("X-Call-Id") != "my id / with.all" {
				t.Errorf("the caller's X-Call-Id became %q", h.Get("X-Call-Id"))
			}
		})
	}
	mustSend(t, "GET "+f.url+"/async-function/f", "", 405)
	mustSend(t, "DELETE "+f.url+"/async-function/unknown", "", 404)
	mustSend(t, "DELETE "+f.url+"/async-function/my%20id%20%2F%20with.all", "", 202)
	mustSend(t, "DELETE "+f.url+"/async-function/my%20id%20%2F%20with.all", "", 404)
	f.post(t, "f", "", 202)
}

func TestFailuresAreTriedAgain(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		answer  func(http.ResponseWriter, int64)
		notes   map[string]string
		tries   int64
		outcome string
	}{
		{"429", func(w http.ResponseWriter, n int64) {
			if n < 3 {
				w.WriteHeader(429)
			}
		}, nil, 3, "done"},
		{"500 for ever", func(w http.ResponseWriter, _ int64) { w.WriteHeader(500) }, nil, 6, "dead"},
		{"400", func(w http.ResponseWriter, _ int64) { w.WriteHeader(400) }, nil, 1, "done"},
		{"the platform's 505", func(w http.ResponseWriter, _ int64) {
			w.Header().Set("X-OpenFaaS-Internal", "of-watchdog")
			w.WriteHeader(505)
		}, map[string]string{AnnotationRetries: "1"}, 2, "dead"},
		{"no connection", func(http.ResponseWriter, int64) { panic(http.ErrAbortHandler) }, map[string]string{AnnotationRetries: "2"}, 3, "dead"},
		{"too late", func(http.ResponseWriter, int64) { <-time.After(300 * time.Millisecond) }, map[string]string{AnnotationRetries: "1"}, 2, "dead"},
		{"codes of its own", func(w http.ResponseWriter, _ int64) { w.WriteHeader(500) }, map[string]string{AnnotationCodes: "418"}, 1, "done"},
		{"bad annotations", func(w http.ResponseWriter, _ int64) { w.WriteHeader(500) },
			map[string]string{AnnotationRetries: "many", AnnotationCodes: "x", AnnotationMinWait: "soon"}, 6, "dead"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int64
			f := mustOpen(t, setup{config: func(c *Config) { c.CallTimeout = 100 * time.Millisecond }, answer: func(w http.ResponseWriter, _ *http.Request) {
				tt.answer(w, n.Add(1))
			}})
			f.functions.set(keyFor("f"), tt.notes)
			f.post(t, "f", "body", 202)
			for try := int64(1); ; try++ {
				o := take(t, f.outcomes)
				if c := take(t, f.calls); c.body != "body" || c.header.Get("X-Retry") != []string{"0", "1", "2", "3", "4", "5"}[try-1] {
					t.Errorf("try %d had body %q, X-Retry %q", try, c.body, c.header.Get("X-Retry"))
				}
				if o.State == "retry" && try < tt.tries {
					continue
				}
				if o.State != tt.outcome || try != tt.tries || n.Load() != tt.tries {
					t.Errorf("after %d tries: %+v, want %s after %d", try, o, tt.outcome, tt.tries)
				}
				return
			}
		})
	}
}

func TestSlowFunctionHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	f := mustOpen(t, setup{config: func(c *Config) { c.Workers = 4; c.PerFunction = 2 }, answer: func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/slow") {
			<-release
		}
	}})
	f.functions.set(keyFor("slow"), map[string]string{AnnotationConcurrency: "3"})
	f.functions.set(keyFor("fast"), nil)
	for range 10 {
		f.post(t, "slow", "", 202)
	}
	for range 3 {
		take(t, f.calls)
	}
	for range 20 {
		f.post(t, "fast", "", 202)
		if c := take(t, f.calls); c.path != "/fast/" {
			t.Fatalf("%s ran beside three slow calls", c.path)
		}
	}
	close(release)
	for range 7 {
		take(t, f.calls)
	}
}

// A call that takes longer than AckWait is not begun a second time.
func TestLongCallIsMadeOnce(t *testing.T) {
	t.Parallel()
	f := mustOpen(t, setup{config: func(c *Config) { c.AckWait = 300 * time.Millisecond }, answer: func(http.ResponseWriter, *http.Request) {
		<-time.After(1200 * time.Millisecond)
	}})
	f.functions.set(keyFor("f"), nil)
	f.post(t, "f", "", 202)
	if o := take(t, f.outcomes); o.Try != 1 || o.State != "done" || len(f.calls) != 1 {
		t.Errorf("outcome %+v, %d calls", o, len(f.calls))
	}
}

func TestStopGivesBackWhatRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	begun := make(chan struct{}, 1)
	f := mustOpen(t, setup{dir: dir, config: func(c *Config) { c.Grace = 10 * time.Millisecond }, answer: func(_ http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		<-r.Context().Done()
	}})
	f.functions.set(keyFor("f"), nil)
	id := f.post(t, "f", "again", 202).Get("X-Call-Id")
	take(t, begun)
	f.stop()
	f.post(t, "f", "", 503)

	f = mustOpen(t, setup{dir: dir})
	f.functions.set(keyFor("f"), nil)
	if c := take(t, f.calls); c.body != "again" || c.header.Get("X-Call-Id") != id {
		t.Errorf("after the restart came %+v", c)
	}
	if o := take(t, f.outcomes); o.State != "done" || o.Try != 2 {
		t.Errorf("outcome %+v", o)
	}
}

func TestEnqueueOnce(t *testing.T) {
	t.Parallel()
	f := mustOpen(t, setup{})
	f.functions.set(keyFor("f"), nil)
	for _, once := range []string{"x", "x", "y"} {
		if err := f.Enqueue(t.Context(), Call{Key: keyFor("f"), ID: once, Method: "POST", Path: "/", Once: once}); err != nil {
			t.Fatal(err)
		}
	}
	a, b := take(t, f.calls), take(t, f.calls)
	if ids := a.header.Get("X-Call-Id") + b.header.Get("X-Call-Id"); ids != "xy" && ids != "yx" {
		t.Errorf("the function got %q", ids)
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := mustOpen(t, setup{dir: dir, idle: true})
	if v, err := f.State().Get(t.Context(), "a/b"); v != nil || err != nil {
		t.Errorf("Get() of nothing: %q, %v", v, err)
	}
	for _, v := range []string{"1", "2"} {
		if err := f.State().Put(t.Context(), "a/b", []byte(v)); err != nil {
			t.Fatal(err)
		}
	}
	f.stop()
	f = mustOpen(t, setup{dir: dir, idle: true})
	if v, err := f.State().Get(t.Context(), "a/b"); string(v) != "2" || err != nil {
		t.Errorf("Get() after a restart: %q, %v", v, err)
	}
	if err := f.State().Delete(t.Context(), "a/b"); err != nil {
		t.Fatal(err)
	}
	if v, err := f.State().Get(t.Context(), "a/b"); v != nil || err != nil {
		t.Errorf("Get() of what was deleted: %q, %v", v, err)
	}
}
