package queue

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/labbox/labbox/internal/faas/store"
)

// mustAdmin serves the operators' routes as the gateway does.
func mustAdmin(t *testing.T, f *fixture) func(method, path string) (int, string) {
	t.Helper()
	mux := http.NewServeMux()
	for pattern, h := range f.Routes() {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := h(w, r); err != nil {
				status := http.StatusInternalServerError
				if _, bad := err.(*store.Invalid); bad {
					status = http.StatusBadRequest
				} else if strings.Contains(err.Error(), store.ErrNotFound.Error()) {
					status = http.StatusNotFound
				}
				http.Error(w, err.Error(), status)
			}
		})
	}
	return func(method, path string) (int, string) {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		return w.Code, w.Body.String()
	}
}

func mustLetters(t *testing.T, text string) []DeadLetter {
	t.Helper()
	var out []DeadLetter
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return out
}

func TestDeadLetters(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	broken.Store(true)
	f := mustOpen(t, setup{answer: func(w http.ResponseWriter, _ *http.Request) {
		if broken.Load() {
			http.Error(w, "out of order", 503)
		}
	}})
	admin := mustAdmin(t, f)
	if code, text := admin("GET", "/system/dead-letters"); code != 200 || text != "[]\n" {
		t.Fatalf("no dead letters: %d %q", code, text)
	}
	notes := map[string]string{AnnotationRetries: "1"}
	f.functions.set(keyFor("f"), notes)
	f.functions.set(keyFor("g"), notes)
	id := f.post(t, "f/p?q=1", "text", 202, "X-Own", "1").Get("X-Call-Id")
	f.post(t, "f", "\xff\xfe", 202)
	f.post(t, "g", "", 202)
	await(t, "three dead letters", func() bool { _, text := admin("GET", "/system/dead-letters"); return len(mustLetters(t, text)) == 3 })

	_, text := admin("GET", "/system/dead-letters?namespace=openfaas-fn&name=f")
	letters := mustLetters(t, text)
	if len(letters) != 2 {
		t.Fatalf("%d letters of f", len(letters))
	}
	_, text = admin("GET", "/system/dead-letters?limit=1&name=f&after="+letters[0].ID)
	if next := mustLetters(t, text); len(next) != 1 || next[0].ID != letters[1].ID {
		t.Errorf("the second page is %s", text)
	}
	l := letters[0]
	if letters[1].CallID == id {
		l = letters[1]
	}
	if l.CallID != id || l.Function != "f" || l.Namespace != ns || l.Tries != 2 || l.Status != 503 || l.Answer != "out of order\n" ||
		l.Path != "/p" || l.Query != "q=1" || l.BodyBytes != 4 || l.Body != nil || l.Failed.Before(l.Queued) {
		t.Errorf("letter %+v", l)
	}
	_, text = admin("GET", "/system/dead-letters/"+l.ID)
	if !strings.Contains(text, `"body":"text"`) || !strings.Contains(text, `"X-Own":["1"]`) {
		t.Errorf("one letter: %s", text)
	}

	broken.Store(false)
	for len(f.calls) > 0 {
		<-f.calls
	}
	if code, text := admin("POST", "/system/dead-letters/"+l.ID+"/replay"); code != 202 {
		t.Fatalf("replay: %d %s", code, text)
	}
	c := take(t, f.calls)
	if c.body != "text" || c.path != "/f/p?q=1" || c.header.Get("X-Call-Id") != id || c.header.Get("X-Retry") != "0" || c.header.Get("X-Own") != "1" {
		t.Errorf("replayed as %+v", c)
	}
	f.functions.remove(keyFor("g"))
	_, text = admin("GET", "/system/dead-letters?name=g")
	g := mustLetters(t, text)[0].ID
	rows := []struct {
		method, path string
		status       int
	}{
		{"GET", "/" + l.ID, 404}, {"POST", "/" + l.ID + "/replay", 404}, {"DELETE", "/" + l.ID, 404},
		{"POST", "/" + g + "/replay", 404}, {"GET", "/" + g, 200}, {"DELETE", "/" + g, 202}, {"DELETE", "/" + g, 404},
		{"GET", "/0", 404}, {"GET", "/x", 404}, {"DELETE", "/x", 404}, {"DELETE", "/0", 404}, {"DELETE", "/18446744073709551615", 404}, {"DELETE", "/99999", 404},
		{"GET", "?limit=0", 400}, {"GET", "?limit=x", 400}, {"GET", "?name=a.b", 400}, {"GET", "?namespace=*", 400}, {"GET", "?after=-1", 400},
	}
	for _, row := range rows {
		if code, text := admin(row.method, "/system/dead-letters"+row.path); code != row.status {
			t.Errorf("%s %s = %d %q, want %d", row.method, row.path, code, text, row.status)
		}
	}
}

func TestQueueStatusAndMetrics(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	f := mustOpen(t, setup{config: func(c *Config) { c.PerFunction = 1 }, answer: func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/bad") {
			w.WriteHeader(500)
			return
		}
		<-release
	}})
	defer close(release)
	admin := mustAdmin(t, f)
	f.functions.set(keyFor("f"), nil)
	f.functions.set(keyFor("bad"), map[string]string{AnnotationRetries: "0"})
	for range 3 {
		f.post(t, "f", "", 202)
	}
	f.post(t, "bad", "", 202)
	await(t, "one runs, two wait, one is dead", func() bool {
		var s Status
		_, text := admin("GET", "/system/queue")
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			t.Fatal(err)
		}
		return s.Depth == 3 && s.Running == 1 && s.DeadLetters == 1 && s.OldestAge > 0 && len(s.Functions) == 2 &&
			s.Functions[1].Depth == 3 && s.Functions[1].Running == 1 && s.Functions[0].DeadLetters == 1 && s.Functions[0].Depth == 0
	})
	if n, err := f.Depth(t.Context(), keyFor("none")); n != 0 || err != nil {
		t.Errorf("depth of an unknown function: %d, %v", n, err)
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(f.Collector())
	w := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{
		`labbox_queue_depth{function_name="f.openfaas-fn"} 3`, `labbox_queue_running{function_name="f.openfaas-fn"} 1`,
		`labbox_queue_dead_letters{function_name="bad.openfaas-fn"} 1`, `labbox_queue_queued_total{function_name="f.openfaas-fn"} 3`,
		`labbox_queue_tries_total{function_name="bad.openfaas-fn",result="dead"} 1`, `labbox_queue_oldest_seconds{function_name="f.openfaas-fn"}`,
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s in %s", want, w.Body.String())
		}
	}
}

func TestRetryWait(t *testing.T) {
	t.Parallel()
	r := Retry{Min: time.Second, Longest: time.Minute}
	tests := []struct {
		n        int
		after    string
		min, max time.Duration
	}{
		{1, "", 500 * time.Millisecond, time.Second}, {2, "", time.Second, 2 * time.Second}, {7, "", 30 * time.Second, time.Minute},
		{40, "", 30 * time.Second, time.Minute}, {1 << 20, "", 30 * time.Second, time.Minute},
		{1, "10", 10 * time.Second, 10 * time.Second}, {1, "3600", time.Minute, time.Minute}, {1, "never", 500 * time.Millisecond, time.Second},
	}
	for _, tt := range tests {
		seen := map[time.Duration]bool{}
		for range 100 {
			d := r.wait(tt.n, http.Header{"Retry-After": {tt.after}})
			if d < tt.min || d > tt.max {
				t.Fatalf("wait(%d, %q) = %s, want %s to %s", tt.n, tt.after, d, tt.min, tt.max)
			}
			seen[d] = true
		}
		if tt.min != tt.max && len(seen) < 10 {
			t.Errorf("wait(%d) left nothing to chance", tt.n)
		}
	}
}

func TestConfigFromEnv(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]string{"async_workers": "0", "async_retry_codes": "teapot", "async_max_body_bytes": "999999999", "async_timeout": "soon", "callback_loopback": "?"} {
		_, err := FromEnv(func(n string) string {
			if n == name {
				return bad
			}
			return ""
		})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("FromEnv() with %s=%s: %v", name, bad, err)
		}
	}
}
