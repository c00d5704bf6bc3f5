package watchdog

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestForkModes(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"serializing", "streaming"} {
		tests := []struct {
			name, role, path, body string
			env, header            []string
			status                 int
			want                   []string
		}{
			{"echo", "cat", "/", "hello", nil, nil, 200, []string{"hello"}},
			{"no body, no answer", "cat", "/", "", nil, nil, 200, []string{""}},
			{"large", "cat", "/", strings.Repeat("x", 3<<20), nil, nil, 200, []string{strings.Repeat("x", 3<<20)}},
			{"environment", "env", "/a/b?c=d", "123", nil, []string{"X-My-Header", "v"}, 200,
				[]string{"Http_Method=POST\n", "Http_Path=/a/b\n", "Http_Query=c=d\n", "Http_X_My_Header=v\n", "Http_ContentLength=3\n"}},
			{"failure", "fail", "/", "", nil, nil, 500, []string{"exit status 3"}},
			{"timeout of the caller", "hang", "/", "", nil, []string{"X-Timeout", "100ms"}, 504, []string{"exec_timeout"}},
		}
		for _, tt := range tests {
			t.Run(mode+" "+tt.name, func(t *testing.T) {
				t.Parallel()
				r := start(t, map[string]string{"mode": mode, "fprocess": self(t, tt.role, tt.env...), "content_type": "text/x"})
				status, header, body := do(t, "POST", r.url+tt.path, tt.body, tt.header...)
				for _, want := range tt.want {
					if status != tt.status || !strings.Contains(body, want) {
						t.Fatalf("%d %.200q, want %d %.200q", status, body, tt.status, want)
					}
				}
				if status == 200 && header.Get("Content-Type") != "text/x" {
					t.Errorf("Content-Type %q", header.Get("Content-Type"))
				}
				if header.Get("X-Duration-Seconds") == "" {
					t.Error("no X-Duration-Seconds")
				}
				if internal := header.Get("X-OpenFaaS-Internal"); (status == 504) != (internal == "of-watchdog") {
					t.Errorf("X-OpenFaaS-Internal %q with status %d", internal, status)
				}
			})
		}
	}
}

// What a program wrote before it failed arrives, and the caller sees that the
// answer is not whole.
func TestStreamingFailureAfterTheAnswerBegan(t *testing.T) {
	t.Parallel()
	r := start(t, map[string]string{"mode": "streaming", "fprocess": self(t, "partly")})
	resp, err := http.Get(r.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if string(text) != "part\n" || err == nil {
		t.Errorf("body %q, error %v; want the part and an error", text, err)
	}
}

func TestStreamingIsNotBuffered(t *testing.T) {
	t.Parallel()
	r := start(t, map[string]string{"mode": "streaming", "fprocess": self(t, "cat")})
	in, send := io.Pipe()
	request, _ := http.NewRequest("POST", r.url, in)
	go func() { _, _ = io.WriteString(send, "one\n") }()
	resp, err := http.DefaultClient.Do(request) // comes back while the request is open
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewReader(resp.Body)
	if line, err := lines.ReadString('\n'); line != "one\n" {
		t.Fatalf("line %q, %v", line, err)
	}
	_, _ = io.WriteString(send, "two\n")
	if line, err := lines.ReadString('\n'); line != "two\n" {
		t.Fatalf("line %q, %v", line, err)
	}
	_ = send.Close()
}

// A program that ends without reading its input does not wait for a client that
// never sends it.
func TestStreamingProgramThatDoesNotRead(t *testing.T) {
	t.Parallel()
	r := start(t, map[string]string{"mode": "streaming", "fprocess": self(t, "env")})
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("%+v, %v", resp, err)
	}
	if _, err := io.ReadAll(resp.Body); err != nil {
		t.Error(err)
	}
}

func TestHTTPMode(t *testing.T) {
	t.Parallel()
	r := startServer(t, map[string]string{"ready_path": "/am-i-ready", "metrics_upstream_path": "/_/metrics", "exec_timeout": "10s"})
	if _, err := os.Stat(r.lock); err != nil {
		t.Errorf("ready, but no lock file: %v", err)
	}
	tests := []struct {
		method, path, body, want string
		header                   []string
		status                   int
	}{
		{"POST", "/a/b%2Fc?x=1;y", "hi", "POST /a/b%2Fc?x=1;y 2 hi", nil, 200},
		{"GET", "/slow?for=5s", "", "exec_timeout", []string{"X-Timeout", "50ms"}, 504},
		{"GET", "/slow?for=10ms", "", "", []string{"X-Timeout", "1h"}, 200},
		{"GET", "/_/ready", "", "", nil, http.StatusTeapot},
		{"GET", "/_/health", "", "OK", nil, 200},
	}
	for _, tt := range tests {
		status, header, body := do(t, tt.method, r.url+tt.path, tt.body, tt.header...)
		if status != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("%s %s: %d %q, want %d %q", tt.method, tt.path, status, body, tt.status, tt.want)
		}
		if (status == 504) != (header.Get("X-OpenFaaS-Internal") == "of-watchdog") {
			t.Errorf("%s: X-OpenFaaS-Internal %q", tt.path, header.Get("X-OpenFaaS-Internal"))
		}
	}
	_, _, text := get(t, r.metrics)
	for _, want := range []string{`http_requests_total{code="200",method="POST"} 1`, `http_requests_total{code="504",method="GET"} 1`, "http_request_duration_seconds_bucket", "http_requests_in_flight 0", "own_metric 1"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in /metrics", want)
		}
	}
}

// The probe of a starting function is held, so that its first answer is the right one.
func TestProbeOfAStartingFunctionIsHeld(t *testing.T) {
	t.Parallel()
	upstream := "http://127.0.0.1:" + strconv.Itoa(freePort(t))
	r := start(t, map[string]string{"mode": "http", "upstream_url": upstream,
		"fprocess": self(t, "server", "WATCHDOG_TEST_START=600ms", "upstream_url="+upstream)})
	if got := r.health(); got != 503 {
		t.Errorf("health for anybody else = %d while starting, want 503 at once", got)
	}
	if status, _, _ := get(t, r.url+"/_/health", "User-Agent", "kube-probe/1.37"); status != 200 {
		t.Errorf("the kubelet's probe got %d, want 200 after a wait", status)
	}
}

func TestMaxInflight(t *testing.T) {
	t.Parallel()
	r := startServer(t, map[string]string{"max_inflight": "1"})
	slow := make(chan struct{})
	go func() {
		defer close(slow)
		if status, _, _ := get(t, r.url+"/slow?for=1500ms"); status != 200 {
			t.Errorf("the call that was first got %d", status)
		}
	}()
	eventually(t, "the slow call is in", func() bool {
		status, _, _ := get(t, r.url+"/_/ready")
		return status == http.StatusTooManyRequests
	})
	if status, header, _ := get(t, r.url+"/"); status != 429 || header.Get("X-OpenFaaS-Internal") != "of-watchdog" {
		t.Errorf("the call above the limit got %d, want 429", status)
	}
	<-slow
	if status, _, _ := get(t, r.url+"/"); status != 200 {
		t.Errorf("%d after the limit is free again", status)
	}
}

func TestDrain(t *testing.T) {
	t.Parallel()
	r := startServer(t, map[string]string{"healthcheck_interval": "500ms"})
	slow := make(chan int)
	go func() {
		status, _, _ := get(t, r.url+"/slow?for=1200ms")
		slow <- status
	}()
	eventually(t, "the slow call runs", func() bool {
		_, _, text := get(t, r.metrics)
		return strings.Contains(text, "in_flight 1")
	})
	r.stop()
	eventually(t, "unhealthy", func() bool { return r.health() != 200 })
	if _, err := os.Stat(r.lock); err == nil {
		t.Error("draining, but the lock file is still there")
	}
	if status, _, _ := do(t, "POST", r.url+"/late", "x"); status != 200 {
		t.Errorf("a call just after SIGTERM got %d: routes have not changed yet", status)
	}
	if got := <-slow; got != 200 {
		t.Errorf("the running call got %d", got)
	}
	if err := <-r.ended; err != nil {
		t.Errorf("Run() = %v", err)
	}
}

func TestProgramThatEndsEndsTheWatchdog(t *testing.T) {
	t.Parallel()
	r := startServer(t, nil)
	if status, _, _ := do(t, "POST", r.url+"/exit", "x"); status != 502 {
		t.Errorf("the call that killed the program got %d, want 502", status)
	}
	select {
	case err := <-r.ended:
		if err == nil || !strings.Contains(err.Error(), "exit status 7") {
			t.Errorf("Run() = %v, want the program's status", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the watchdog goes on without its program")
	}
}

func TestProgramThatDoesNotExist(t *testing.T) {
	t.Parallel()
	r := start(t, map[string]string{"mode": "http", "fprocess": "/no/such/program"})
	if err := <-r.ended; err == nil || !strings.Contains(err.Error(), "/no/such/program") {
		t.Errorf("Run() = %v", err)
	}
	r = start(t, map[string]string{"mode": "serializing", "fprocess": "/no/such/program"})
	if status, header, _ := do(t, "POST", r.url, ""); status != 500 || header.Get("X-OpenFaaS-Internal") == "" {
		t.Errorf("a call of a program that does not exist got %d", status)
	}
}

func TestStatic(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("file"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := start(t, map[string]string{"mode": "static", "static_path": dir})
	if status, _, body := get(t, r.url+"/a.txt"); status != 200 || body != "file" {
		t.Errorf("%d %q", status, body)
	}
}

func TestFromEnv(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		set  map[string]string
		want string
	}{
		{"least", map[string]string{"fprocess": "cat"}, ""},
		{"alias", map[string]string{"function_process": "cat -n", "exec_timeout": "5", "read_timeout": "1m"}, ""},
		{"no program", nil, "fprocess is required"},
		{"static needs none", map[string]string{"mode": "static"}, ""},
		{"unknown mode", map[string]string{"mode": "inproc", "fprocess": "x"}, "mode="},
		{"bad time", map[string]string{"fprocess": "x", "exec_timeout": "soon"}, "exec_timeout"},
		{"bad number", map[string]string{"fprocess": "x", "max_inflight": "-1"}, "max_inflight"},
		{"bad switch", map[string]string{"fprocess": "x", "prefix_logs": "2"}, "prefix_logs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := FromEnv(func(name string) string { return tt.set[name] })
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Fatalf("FromEnv() = %v, want %q", err, tt.want)
			}
			if tt.name == "alias" && (len(c.Process) != 2 || c.ExecTimeout != 5*time.Second || c.ReadTimeout != time.Minute || c.HealthInterval != c.WriteTimeout) {
				t.Errorf("FromEnv() = %+v", c)
			}
		})
	}
}

func TestPrefixerKeepsLongLines(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p := &prefixer{to: &out, name: "stdout", limit: 4}
	for _, part := range []string{"ab", "c\nlonger\n", "x"} {
		_, _ = p.Write([]byte(part))
	}
	p.flush()
	var got []string
	for line := range strings.Lines(out.String()) {
		_, text, _ := strings.Cut(line, "stdout: ")
		got = append(got, strings.TrimSpace(text))
	}
	if text := strings.Join(got, "|"); text != "abc|longer|x" {
		t.Errorf("lines %q", text)
	}
}
