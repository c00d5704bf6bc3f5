package gateway

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestInvokePassesThrough(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	f.ready(t, "f", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		case "/teapot":
			w.Header()["Content-Type"] = nil
			w.WriteHeader(http.StatusTeapot)
			_, _ = w.Write([]byte("short and stout"))
		default:
			_, _ = fmt.Fprintf(w, "%s %s %s", r.Method, r.RequestURI, body)
		}
	})
	tests := []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/function/f", "x", 200, "POST / x"},
		{"POST", "/function/f.openfaas-fn", "x", 200, "POST / x"},
		{"GET", "/function/f/", "", 200, "GET / "},
		{"DELETE", "/function/f/a/b", "", 200, "DELETE /a/b "},
		{"GET", "/function/f//a/../b?x=1;y=%20&x=2", "", 200, "GET //a/../b?x=1;y=%20&x=2 "},
		{"GET", "/function/f.openfaas-fn/a%2Fb%20c", "", 200, "GET /a%2Fb%20c "},
		{"PROPFIND", "/function/f/x", "", 200, "PROPFIND /x "},
		{"GET", "/function/f/redirect", "", 302, "elsewhere"},
		{"GET", "/function/f/teapot", "", 418, "short and stout"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			t.Parallel()
			resp, body := f.do(t, tt.method, tt.path, tt.body)
			if resp.StatusCode != tt.status || !strings.Contains(body, tt.want) {
				t.Errorf("%d %q, want %d %q", resp.StatusCode, body, tt.status, tt.want)
			}
		})
	}
}

func TestInvokeHeaders(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.Version = "1.2" }, function("f", 1))
	got := make(chan http.Header, 1)
	f.ready(t, "f", func(w http.ResponseWriter, r *http.Request) {
		got <- r.Header
		w.Header()["Content-Type"] = nil
		_, _ = w.Write([]byte("{}"))
	})
	r, _ := http.NewRequest("POST", f.url+"/function/f", strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Call-Id", "mine")
	r.Header.Set("X-Forwarded-For", "10.1.2.3")
	resp, _ := send(t, r)
	at := <-got
	for name, want := range map[string]string{"X-Call-Id": "mine", "X-Forwarded-For": "10.1.2.3, 127.0.0.1", "X-Forwarded-Host": r.URL.Host, "Content-Type": "application/json"} {
		if at.Get(name) != want {
			t.Errorf("the function got %s: %q, want %q", name, at.Get(name), want)
		}
	}
	for name, want := range map[string]string{"X-Call-Id": "mine", "X-Served-By": "labbox/1.2", "Content-Type": "application/json", "X-Start-Time": at.Get("X-Start-Time")} {
		if resp.Header.Get(name) != want {
			t.Errorf("the client got %s: %q, want %q", name, resp.Header.Get(name), want)
		}
	}
	if len(at.Get("X-Start-Time")) != 19 {
		t.Errorf("X-Start-Time %q is not in nanoseconds", at.Get("X-Start-Time"))
	}
	r, _ = http.NewRequest("GET", f.url+"/function/f", nil)
	resp, _ = send(t, r)
	if id := (<-got).Get("X-Call-Id"); len(id) != 36 || resp.Header.Get("X-Call-Id") != id {
		t.Errorf("X-Call-Id %q is no UUID, or not the client's %q", id, resp.Header.Get("X-Call-Id"))
	}
	if kind := resp.Header.Get("Content-Type"); kind != "text/plain" {
		t.Errorf("Content-Type %q where neither side names one, want text/plain", kind)
	}
}

// The answer's first part arrives while the request is still being sent, and each
// part as soon as it is written.
func TestInvokeStreamsBothWays(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	f.ready(t, "f", func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		_ = rc.EnableFullDuplex()
		in := bufio.NewScanner(r.Body)
		for in.Scan() {
			_, _ = fmt.Fprintf(w, "echo %s\n", in.Text())
			_ = rc.Flush()
		}
	})
	body, send := io.Pipe()
	r, _ := http.NewRequest("POST", f.url+"/function/f", body)
	answers := make(chan *http.Response, 1)
	go func() {
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Error(err)
			close(answers)
			return
		}
		answers <- resp
	}()
	_, _ = io.WriteString(send, "one\n")
	resp, ok := <-answers
	if !ok {
		return
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewReader(resp.Body)
	for _, word := range []string{"one", "two", "three"} {
		if word != "one" {
			_, _ = io.WriteString(send, word+"\n")
		}
		if line, err := lines.ReadString('\n'); err != nil || line != "echo "+word+"\n" {
			t.Fatalf("line %q, %v; want the echo of %s", line, err, word)
		}
	}
	_ = send.Close()
}

func TestInvokeUpgrades(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	f.ready(t, "f", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "echo" {
			http.Error(w, "no upgrade", http.StatusBadRequest)
			return
		}
		conn, buffer, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		line, _ := buffer.ReadString('\n')
		_, _ = io.WriteString(conn, "got "+line)
	})
	conn := mustDial(t, f.url)
	_, _ = io.WriteString(conn, "GET /function/f HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	reader := bufio.NewReader(conn)
	resp, err := http.ReadResponse(reader, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols || resp.Header.Get("X-Served-By") == "" {
		t.Fatalf("answer %+v, %v; want 101 with the gateway's headers", resp, err)
	}
	_, _ = io.WriteString(conn, "hello\n")
	if line, err := reader.ReadString('\n'); err != nil || line != "got hello\n" {
		t.Errorf("over the upgraded connection: %q, %v", line, err)
	}
}

func TestInvokeRefusesLargeBodies(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.MaxBody = 10 }, function("f", 1))
	f.ready(t, "f", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	for name, body := range map[string]io.Reader{
		"announced": strings.NewReader("more than ten"),
		"chunked":   io.MultiReader(strings.NewReader("more "), strings.NewReader("than ten")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := http.NewRequest("POST", f.url+"/function/f", body)
			if resp, text := send(t, r); resp.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("%d %q, want 413", resp.StatusCode, text)
			}
		})
	}
	r, _ := http.NewRequest("POST", f.url+"/function/f", strings.NewReader("just fits!"))
	if resp, _ := send(t, r); resp.StatusCode != http.StatusOK {
		t.Errorf("%d for a body of exactly the limit", resp.StatusCode)
	}
}

func TestInvokeTimesOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.UpstreamTimeout = 50 * time.Millisecond }, function("f", 1))
	f.ready(t, "f", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	resp, body := f.do(t, "GET", "/function/f", "")
	if resp.StatusCode != http.StatusGatewayTimeout || resp.Header.Get("X-OpenFaaS-Internal") != "proxy" || !strings.Contains(body, "50ms") {
		t.Errorf("%d %v %q, want 504 from the proxy", resp.StatusCode, resp.Header, body)
	}
}

// A client that stops reading is cut off; one that reads on for longer than the
// timeout is not.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.ReadTimeout, c.WriteTimeout = 300*time.Millisecond, 300*time.Millisecond }, function("f", 1))
	f.ready(t, "f", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		for i := 0; i < 6; i++ {
			_, _ = fmt.Fprintf(w, "%d %v\n", len(body), err)
			_ = http.NewResponseController(w).Flush()
			time.Sleep(100 * time.Millisecond) // the pace of a slow stream is what is tested
		}
	})
	resp, text := f.do(t, "POST", "/function/f", "abc")
	if resp.StatusCode != 200 || strings.Count(text, "3 <nil>\n") != 6 {
		t.Errorf("a stream of 600 ms under a timeout of 300 ms: %d %q", resp.StatusCode, text)
	}
	conn := mustDial(t, f.url)
	_, _ = io.WriteString(conn, "POST /function/f HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this")
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 408 ") {
		t.Errorf("a client that does not send its body got %q, %v; want 408 and the end", answer, err)
	}
}
