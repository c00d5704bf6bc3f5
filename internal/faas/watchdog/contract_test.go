package watchdog

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// Every name of the contract, with a value that is not its default, is read.
func TestEveryNameIsRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, value string
		read        func(c Config) bool
	}{
		{"mode", "static", func(c Config) bool { return c.Mode == ModeStatic }},
		{"fprocess", "a b", func(c Config) bool { return len(c.Process) == 2 }},
		{"function_process", "a b c", func(c Config) bool { return len(c.Process) == 3 }},
		{"port", "81", func(c Config) bool { return c.Port == 81 }},
		{"metrics_port", "82", func(c Config) bool { return c.MetricsPort == 82 }},
		{"upstream_url", "http://127.0.0.1:1", func(c Config) bool { return c.Upstream == "http://127.0.0.1:1" }},
		{"http_upstream_url", "http://127.0.0.1:2", func(c Config) bool { return c.Upstream == "http://127.0.0.1:2" }},
		{"http_upstream_url", "127.0.0.1:3", func(c Config) bool { return c.Upstream == "http://127.0.0.1:3" }},
		{"exec_timeout", "0", func(c Config) bool { return c.ExecTimeout == 0 }},
		{"exec_timeout", "90", func(c Config) bool { return c.ExecTimeout == 90*time.Second }},
		{"read_timeout", "1m", func(c Config) bool { return c.ReadTimeout == time.Minute }},
		{"write_timeout", "7s", func(c Config) bool { return c.WriteTimeout == 7*time.Second && c.HealthInterval == c.WriteTimeout }},
		{"healthcheck_interval", "3s", func(c Config) bool { return c.HealthInterval == 3*time.Second && c.WriteTimeout == 30*time.Second }},
		{"content_type", "text/x", func(c Config) bool { return c.ContentType == "text/x" }},
		{"max_inflight", "4", func(c Config) bool { return c.MaxInflight == 4 }},
		{"ready_path", "/r", func(c Config) bool { return c.ReadyPath == "/r" }},
		{"prefix_logs", "false", func(c Config) bool { return !c.PrefixLogs }},
		{"log_buffer_size", "9", func(c Config) bool { return c.LogBuffer == 9 }},
		{"log_callid", "true", func(c Config) bool { return c.LogCalls }},
		{"http_buffer_req_body", "true", func(c Config) bool { return c.BufferBody }},
		{"buffer_http", "true", func(c Config) bool { return c.BufferBody }},
		{"suppress_lock", "true", func(c Config) bool { return c.LockFile == "" }},
		{"static_path", "/s", func(c Config) bool { return c.StaticPath == "/s" }},
		{"combine_output", "true", func(c Config) bool { return c.CombineOutput }},
		{"cgi_headers", "false", func(c Config) bool { return !c.RequestEnv }},
		{"write_debug", "true", func(c Config) bool { return c.WriteDebug }},
	}
	for _, tt := range tests {
		t.Run(tt.name+"="+tt.value, func(t *testing.T) {
			t.Parallel()
			without, err := FromEnv(func(name string) string { return map[string]string{"fprocess": "x"}[name] })
			if err != nil || tt.read(without) {
				t.Fatalf("it holds without the variable (%v)", err)
			}
			with, err := FromEnv(func(name string) string { return map[string]string{"fprocess": "x", tt.name: tt.value}[name] })
			if err != nil || !tt.read(with) {
				t.Errorf("FromEnv() = %+v, %v", with, err)
			}
		})
	}
	both, err := FromEnv(func(name string) string {
		return map[string]string{"fprocess": "a", "function_process": "b", "upstream_url": "http://a:1", "http_upstream_url": "http://b:1"}[name]
	})
	if err != nil || both.Process[0] != "b" || both.Upstream != "http://b:1" {
		t.Errorf("of two names the wrong one counts: %+v, %v", both, err)
	}
	if _, err := FromEnv(func(name string) string { return map[string]string{"fprocess": "a", "write_timeout": "0"}[name] }); err == nil {
		t.Error("write_timeout=0 was taken")
	}
}

func TestHealthFollowsTheLockFile(t *testing.T) {
	t.Parallel()
	r := start(t, map[string]string{"mode": "streaming", "fprocess": self(t, "cat")})
	eventually(t, "healthy", func() bool { return r.health() == 200 })
	if status, header, _ := do(t, "POST", r.url+"/_/health", ""); status != http.StatusMethodNotAllowed || header.Get("Allow") != "GET" {
		t.Errorf("POST /_/health: %d", status)
	}
	if err := os.Remove(r.lock); err != nil {
		t.Fatal(err)
	}
	if got := r.health(); got != 503 {
		t.Errorf("health is %d without the lock file", got)
	}
	if status, _, _ := get(t, r.url+"/_/ready"); status != 503 {
		t.Errorf("ready is %d without the lock file", status)
	}
	if err := os.WriteFile(r.lock, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := r.health(); got != 200 {
		t.Errorf("health is %d after the lock file came back", got)
	}
}

func TestTimeoutsInSeconds(t *testing.T) {
	t.Parallel()
	r := start(t, map[string]string{"mode": "streaming", "fprocess": self(t, "hang"), "exec_timeout": "100ms"})
	tests := []struct{ name, timeout string }{
		{"the function's own", ""}, {"a longer one does not count", "60"}, {"a longer one does not count", "1h"},
		{"nonsense does not count", "soon"}, {"zero does not count", "0"}, {"a negative one does not count", "-1s"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.timeout, func(t *testing.T) {
			t.Parallel()
			status, header, _ := get(t, r.url, "X-Timeout", tt.timeout)
			if status != 504 || header.Get("X-OpenFaaS-Internal") != "of-watchdog" {
				t.Errorf("%d %v", status, header)
			}
		})
	}
	slow := start(t, map[string]string{"mode": "streaming", "fprocess": self(t, "hang"), "exec_timeout": "0"})
	if status, _, _ := get(t, slow.url, "X-Timeout", "1"); status != 504 {
		t.Errorf("X-Timeout: 1 with exec_timeout=0 gave %d", status)
	}
}

func TestClassicSettings(t *testing.T) {
	t.Parallel()
	t.Run("combine_output", func(t *testing.T) {
		t.Parallel()
		r := start(t, map[string]string{"mode": "serializing", "fprocess": self(t, "both"), "combine_output": "true"})
		if status, _, body := get(t, r.url); status != 200 || body != "out\nerr\nout again\n" {
			t.Errorf("%d %q", status, body)
		}
	})
	t.Run("apart by default", func(t *testing.T) {
		t.Parallel()
		r := start(t, map[string]string{"mode": "serializing", "fprocess": self(t, "both")})
		if status, _, body := get(t, r.url); status != 200 || body != "out\nout again\n" {
			t.Errorf("%d %q", status, body)
		}
	})
	for _, mode := range []string{"serializing", "streaming"} {
		t.Run("cgi_headers "+mode, func(t *testing.T) {
			t.Parallel()
			r := start(t, map[string]string{"mode": mode, "fprocess": self(t, "env"), "cgi_headers": "false"})
			if _, _, body := get(t, r.url, "X-A", "b"); strings.Contains(body, "Http_") {
				t.Errorf("the program was told %q", body)
			}
		})
	}
}

// A chunked request says so, and a body that is buffered does not.
func TestTransferEncoding(t *testing.T) {
	t.Parallel()
	chunked := func(url string) string {
		resp, err := http.Post(url, "text/plain", io.MultiReader(strings.NewReader("a"), strings.NewReader("bc")))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		text, _ := io.ReadAll(resp.Body)
		return string(text)
	}
	r := start(t, map[string]string{"mode": "streaming", "fprocess": self(t, "env")})
	if text := chunked(r.url); !strings.Contains(text, "Http_Transfer_Encoding=chunked\n") || strings.Contains(text, "Http_ContentLength") {
		t.Errorf("environment %q", text)
	}
	if text := chunked(startServer(t, map[string]string{"http_buffer_req_body": "true"}).url); text != "POST / 3 abc" {
		t.Errorf("buffered: %q", text)
	}
	if text := chunked(startServer(t, nil).url); text != "POST / -1 abc" {
		t.Errorf("streamed: %q", text)
	}
}

// A call that runs when SIGTERM comes ends well in the modes with a program per call.
func TestDrainWithAProgramPerCall(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"serializing", "streaming"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			r := start(t, map[string]string{"mode": mode, "fprocess": self(t, "slow")})
			eventually(t, "ready", func() bool { return r.health() == 200 })
			answer := make(chan string, 1)
			go func() {
				status, _, body := get(t, r.url)
				answer <- http.StatusText(status) + " " + body
			}()
			eventually(t, "the call runs", func() bool {
				_, _, text := get(t, r.metrics)
				return strings.Contains(text, "in_flight 1")
			})
			r.stop()
			if got := <-answer; got != "OK done\n" {
				t.Errorf("the running call got %q", got)
			}
			if err := <-r.ended; err != nil {
				t.Errorf("Run() = %v", err)
			}
		})
	}
}

func TestMaxInflightWithAProgramPerCall(t *testing.T) {
	t.Parallel()
	r := start(t, map[string]string{"mode": "streaming", "fprocess": self(t, "slow"), "max_inflight": "1"})
	done := make(chan int, 1)
	go func() {
		status, _, _ := get(t, r.url)
		done <- status
	}()
	eventually(t, "ready says busy", func() bool {
		status, _, _ := get(t, r.url+"/_/ready")
		return status == http.StatusTooManyRequests
	})
	if status, header, _ := get(t, r.url); status != http.StatusTooManyRequests || header.Get("X-OpenFaaS-Internal") != "of-watchdog" {
		t.Errorf("the call above the limit got %d", status)
	}
	if got := r.health(); got != 200 {
		t.Errorf("health is %d while busy", got)
	}
	if status := <-done; status != 200 {
		t.Errorf("the first call got %d", status)
	}
}
