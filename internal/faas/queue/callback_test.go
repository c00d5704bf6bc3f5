package queue

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// mustReceiver answers callbacks with statuses in turn, the last for ever.
func mustReceiver(t *testing.T, statuses ...int) (string, <-chan got) {
	t.Helper()
	calls := make(chan got, 100)
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		i := min(int(n.Add(1)), len(statuses))
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(statuses[i-1])
		calls <- got{r.Method + " " + r.URL.Path, string(body), r.Header}
	}))
	t.Cleanup(s.Close)
	return s.URL + "/back", calls
}

func TestCallbackHeaders(t *testing.T) {
	t.Parallel()
	f := mustOpen(t, setup{config: func(c *Config) { c.MaxBody = 100 }, answer: func(w http.ResponseWriter, r *http.Request) {
		switch strings.Split(r.URL.Path, "/")[1] {
		case "fine":
			w.Header().Set("X-Duration-Seconds", "0.25")
			w.Header().Set("X-Start-Time", "17")
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Set-Cookie", "a=b")
			w.WriteHeader(201)
			_, _ = io.WriteString(w, `{"a":1}`)
		case "refuses":
			http.Error(w, "no", 400)
		case "breaks":
			panic(http.ErrAbortHandler)
		case "large":
			_, _ = io.WriteString(w, strings.Repeat("x", 101))
		}
	}})
	tests := []struct {
		name   string
		status string
		body   string
		header map[string]string
	}{
		{"fine", "201", `{"a":1}`, map[string]string{"X-Duration-Seconds": "0.25", "X-Start-Time": "17", "Content-Type": "application/json", "Set-Cookie": ""}},
		{"refuses", "400", "no\n", map[string]string{"Content-Type": "text/plain; charset=utf-8"}},
		{"breaks", "503", "EOF", map[string]string{"Content-Type": "text/plain"}},
		{"large", "200", "", map[string]string{"X-Labbox-Body-Omitted": "larger than 100 bytes"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url, calls := mustReceiver(t, 200)
			f.functions.set(keyFor(tt.name), nil)
			id := f.post(t, tt.name, "", 202, "X-Callback-Url", url).Get("X-Call-Id")
			c := take(t, calls)
			if c.path != "POST /back" || !strings.Contains(c.body, tt.body) || tt.body == "" && c.body != "" {
				t.Errorf("the callback got %q %q", c.path, c.body)
			}
			want := map[string]string{"X-Call-Id": id, "X-Function-Status": tt.status, "X-Function-Name": tt.name, "User-Agent": "labbox-queue-worker/test"}
			for name, value := range tt.header {
				want[name] = value
			}
			for name, value := range want {
				if c.header.Get(name) != value {
					t.Errorf("%s: %q, want %q", name, c.header.Get(name), value)
				}
			}
			if _, err := strconv.ParseFloat(c.header.Get("X-Duration-Seconds"), 64); err != nil {
				t.Error(err)
			}
			if n, err := strconv.ParseInt(c.header.Get("X-Start-Time"), 10, 64); err != nil || tt.name != "fine" && n < 1e18 {
				t.Errorf("X-Start-Time %q is not in nanoseconds", c.header.Get("X-Start-Time"))
			}
		})
	}
}

func TestCallbackIsTriedAgain(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		statuses []int
		tries    int
	}{
		{"at last", []int{500, 429, 204}, 3},
		{"given up", []int{503}, 6},
		{"refused", []int{404}, 1},
		{"redirects are not followed", []int{302}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := mustOpen(t, setup{})
			f.functions.set(keyFor("f"), nil)
			url, calls := mustReceiver(t, tt.statuses...)
			f.post(t, "f", "", 202, "X-Callback-Url", url)
			for range tt.tries {
				if c := take(t, calls); c.path != "POST /back" {
					t.Errorf("callback to %s", c.path)
				}
			}
			await(t, "no callbacks are left", func() bool { s, err := f.Status(t.Context()); return err == nil && s.Callbacks == 0 })
			if len(calls) != 0 || len(f.calls) != 1 {
				t.Errorf("%d more callbacks, %d calls", len(calls), len(f.calls))
			}
		})
	}
}

// A callback that is not done when the queue stops is sent after the next start, and
// the function is not called again for it.
func TestCallbackOutlivesRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := mustOpen(t, setup{dir: dir, config: func(c *Config) { c.Grace = 10 * time.Millisecond }})
	f.functions.set(keyFor("f"), nil)
	entered, hang := make(chan struct{}, 10), make(chan struct{})
	var open atomic.Bool
	calls := make(chan got, 10)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if !open.Load() {
			entered <- struct{}{}
			<-hang
			return
		}
		calls <- got{header: r.Header}
	}))
	defer s.Close()
	defer close(hang)
	id := f.post(t, "f", "", 202, "X-Callback-Url", s.URL).Get("X-Call-Id")
	take(t, entered)
	f.stop()
	open.Store(true)
	f2 := mustOpen(t, setup{dir: dir})
	if c := take(t, calls); c.header.Get("X-Call-Id") != id {
		t.Errorf("the callback is of %q, want %q", c.header.Get("X-Call-Id"), id)
	}
	if len(f.calls) != 1 || len(f2.calls) != 0 {
		t.Errorf("the function was called %d times before and %d after", len(f.calls), len(f2.calls))
	}
}

func TestCallbackStaysOutside(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"127.0.0.1": false, "::1": false, "0.0.0.0": false, "169.254.169.254": false, "fe80::1": false, "224.0.0.1": false,
		"10.42.0.7": true, "192.0.2.1": true, "2001:db8::1": true,
	} {
		if got := allowed(netip.MustParseAddr(text), false); got != want {
			t.Errorf("allowed(%s) = %t", text, got)
		}
	}
	f := mustOpen(t, setup{config: func(c *Config) { c.CallbackLoopback = false }})
	f.functions.set(keyFor("f"), nil)
	url, calls := mustReceiver(t, 200)
	_, port, _ := strings.Cut(strings.TrimPrefix(url, "http://"), ":")
	f.post(t, "f", "", 202, "X-Callback-Url", url)
	f.post(t, "f", "", 202, "X-Callback-Url", "http://localhost:"+port)
	f.post(t, "f", "", 202, "X-Callback-Url", "http://[::ffff:127.0.0.1]:"+port)
	for range 3 {
		take(t, f.calls)
	}
	await(t, "all callbacks are refused", func() bool {
		s, err := f.Status(t.Context())
		return err == nil && s.Callbacks == 0 && s.Depth == 0
	})
	if len(calls) != 0 {
		t.Error("a callback reached this machine")
	}
}
