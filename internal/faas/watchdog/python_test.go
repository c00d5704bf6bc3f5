package watchdog

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const handlerForTests = `
import os, time
def handle(event, context):
    p = event.path
    if p == "/str": return "grüezi"
    if p == "/bytes": return b"\x00\x01"
    if p == "/none": return None
    if p == "/list": return [1, "a"]
    if p == "/dict": return {"digit": 7}
    if p == "/full": return {"statusCode": 201, "body": {"a": 1}, "headers": {"X-A": "b", "Content-Type": "application/x"}}
    if p == "/cookies": return {"body": "", "headers": [("Set-Cookie", ["a=1", "b=2"])]}
    if p == "/evil": return {"body": "x", "headers": {"X-A": "b\r\nX-Injected: yes"}}
    if p == "/empty": return {"statusCode": 204}
    if p == "/raise": raise ValueError("on purpose")
    if p == "/object": return object()
    if p == "/event":
        return "%s %s %s %s %s %s" % (event.method, event.query, event.query_all["x"], event.headers["content-TYPE"], len(event.body), context.call_id)
    if p == "/stream":
        def parts():
            for i in range(3):
                yield "part %d\n" % i
                time.sleep(0.05)
        return {"body": parts()}
    if p == "/wait":
        time.sleep(0.5)
        return "waited"
    if p == "/metric":
        context.metric("model_version", 3, {"model": 'di"g'})
        context.count("digits_total")
        context.count("digits_total", 2)
        return ""
    if p == "/bad-metric": context.metric("no-name", 1)
    return {"statusCode": 404, "body": p}
`

// startPython runs the image's own runner with a handler behind a watchdog.
func startPython(t *testing.T, code string) *running {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not on PATH")
	}
	runner, err := filepath.Abs("../../../bundle/images/fn-python/rootfs/home/app/index.py")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "handler.py"), []byte(code), 0o644); err != nil {
		t.Fatal(err)
	}
	upstream := "http://127.0.0.1:" + strconv.Itoa(freePort(t))
	return start(t, map[string]string{
		"mode": "http", "upstream_url": upstream, "metrics_upstream_path": "/_/metrics",
		"fprocess": "/usr/bin/env PYTHONDONTWRITEBYTECODE=1 function_dir=" + dir + " upstream_url=" + upstream + " " + python + " -u " + runner,
	})
}

func (r *running) awaitReady(t *testing.T) {
	t.Helper()
	for range 20 {
		if status, _, _ := get(t, r.url+"/_/health", "User-Agent", "kube-probe/1.37"); status == 200 {
			return
		}
	}
	t.Fatal("not ready after 30 s")
}

func TestPythonHandler(t *testing.T) {
	t.Parallel()
	r := startPython(t, handlerForTests)
	r.awaitReady(t)
	tests := []struct {
		method, path, body string
		status             int
		want, kind         string
	}{
		{"GET", "/str", "", 200, "grüezi", "text/plain; charset=utf-8"},
		{"GET", "/bytes", "", 200, "\x00\x01", "application/octet-stream"},
		{"GET", "/none", "", 200, "", ""},
		{"GET", "/list", "", 200, `[1, "a"]`, "application/json"},
		{"GET", "/dict", "", 200, `{"digit": 7}`, "application/json"},
		{"GET", "/full", "", 201, `{"a": 1}`, "application/x"},
		{"HEAD", "/str", "", 200, "", "text/plain; charset=utf-8"},
		{"GET", "/empty", "", 204, "", ""},
		{"GET", "/raise", "", 500, "the handler failed: ValueError: on purpose", "text/plain; charset=utf-8"},
		{"GET", "/object", "", 500, "handle returned a object", "text/plain; charset=utf-8"},
		{"GET", "/bad-metric", "", 500, "not a metric's name", "text/plain; charset=utf-8"},
		{"POST", "/event?x=1&y=%20&x=2", "abc", 200, "POST {'x': '2', 'y': ' '} ['1', '2'] text/x 3 id-1", "text/plain; charset=utf-8"},
		{"GET", "/a%20b//c", "", 404, "/a b//c", "text/plain; charset=utf-8"},
		{"GET", "/stream", "", 200, "part 0\npart 1\npart 2\n", "application/octet-stream"},
		{"PUT", "/x", strings.Repeat("x", 5<<20), 404, "/x", "text/plain; charset=utf-8"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			t.Parallel()
			status, header, body := do(t, tt.method, r.url+tt.path, tt.body, "Content-Type", "text/x", "X-Call-Id", "id-1")
			if status != tt.status || strings.TrimSpace(body) != strings.TrimSpace(tt.want) && !strings.Contains(body, tt.want) || header.Get("Content-Type") != tt.kind {
				t.Errorf("%d %q %q, want %d %q %q", status, body, header.Get("Content-Type"), tt.status, tt.want, tt.kind)
			}
		})
	}
}

func TestPythonHeadersAreNotInjected(t *testing.T) {
	t.Parallel()
	r := startPython(t, handlerForTests)
	r.awaitReady(t)
	if _, header, _ := get(t, r.url+"/evil"); header.Get("X-Injected") != "" || !strings.Contains(header.Get("X-A"), "X-Injected") {
		t.Errorf("headers %v", header)
	}
	if _, header, _ := get(t, r.url+"/cookies"); len(header.Values("Set-Cookie")) != 2 {
		t.Errorf("headers %v, want two cookies", header)
	}
}

func TestPythonChunkedRequestAndStream(t *testing.T) {
	t.Parallel()
	r := startPython(t, handlerForTests)
	r.awaitReady(t)
	request, _ := http.NewRequest("POST", r.url+"/event?x=1", io.MultiReader(strings.NewReader("ab"), strings.NewReader("cde")))
	request.Header.Set("Content-Type", "t")
	resp, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if !strings.Contains(string(text), " t 5 ") {
		t.Errorf("a chunked body of five bytes: %q", text)
	}
	begin := time.Now()
	resp, err = http.Get(r.url + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewReader(resp.Body)
	_, _ = lines.ReadString('\n')
	first := time.Since(begin)
	_, _ = io.ReadAll(lines)
	if whole := time.Since(begin); whole-first < 80*time.Millisecond {
		t.Errorf("first part after %s of %s: the stream is buffered", first, whole)
	}
}

func TestPythonCallsRunSideBySide(t *testing.T) {
	t.Parallel()
	r := startPython(t, handlerForTests)
	r.awaitReady(t)
	begin := time.Now()
	done := make(chan string)
	for range 6 {
		go func() {
			_, _, body := get(t, r.url+"/wait")
			done <- body
		}()
	}
	for range 6 {
		if body := <-done; body != "waited" {
			t.Errorf("body %q", body)
		}
	}
	if took := time.Since(begin); took > 2500*time.Millisecond {
		t.Errorf("six calls of half a second took %s", took)
	}
}

func TestPythonMetrics(t *testing.T) {
	t.Parallel()
	r := startPython(t, handlerForTests)
	r.awaitReady(t)
	get(t, r.url+"/metric")
	_, _, text := get(t, r.metrics)
	for _, want := range []string{"# TYPE model_version gauge\nmodel_version{model=\"di\\\"g\"} 3.0\n", "# TYPE digits_total counter\ndigits_total 3.0\n", `http_requests_total{code="200",method="GET"} 1`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestPythonShortHandler(t *testing.T) {
	t.Parallel()
	r := startPython(t, "def handle(req):\n    return req.upper()\n")
	r.awaitReady(t)
	if _, _, body := do(t, "POST", r.url, "abc"); body != "ABC" {
		t.Errorf("body %q", body)
	}
}

func TestPythonHandlerThatDoesNotImport(t *testing.T) {
	t.Parallel()
	r := startPython(t, "import no_such_module\n")
	select {
	case err := <-r.ended:
		if err == nil || !strings.Contains(err.Error(), "exit status 1") {
			t.Errorf("Run() = %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the watchdog goes on with a handler that does not import")
	}
}
