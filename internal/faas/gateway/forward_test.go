package gateway

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"sync/atomic"
	"testing"
)

func TestForwardedAnswers(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	f.ready(t, "f", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hop":
			w.Header().Set("Connection", "X-Secret")
			w.Header().Set("X-Secret", "for the gateway")
			w.Header().Set("X-Got", fmt.Sprint(r.Header["X-Mine"], r.Header["Forwarded"], r.Header["X-Forwarded-Proto"], r.Header["User-Agent"]))
		case "/trailer":
			w.Header().Set("Trailer", "X-Sum")
			_, _ = io.WriteString(w, "body")
			w.Header().Set("X-Sum", "42")
		case "/nothing":
			w.WriteHeader(http.StatusNoContent)
		case "/large":
			for range 100 {
				_, _ = w.Write(make([]byte, 10<<10))
			}
		case "/hints":
			w.Header().Set("Link", "</style.css>")
			w.WriteHeader(http.StatusEarlyHints)
			w.Header().Del("Link")
			_, _ = io.WriteString(w, "final")
		default:
			body, _ := io.ReadAll(r.Body)
			_, _ = fmt.Fprintf(w, "%s %d %q", r.Method, r.ContentLength, body)
		}
	})
	get := func(t *testing.T, method, path, body string, header ...string) (*http.Response, string) {
		r := mustRequest(t, method, f.url+"/function/f"+path, body)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		return send(t, r)
	}
	for range 2 { // over a new connection, and over a used one
		if resp, text := get(t, "POST", "/", "abc"); text != `POST 3 "abc"` || resp.ContentLength < 0 {
			t.Errorf("POST: %q", text)
		}
		if resp, text := get(t, "HEAD", "/", ""); text != "" || resp.ContentLength <= 0 {
			t.Errorf("HEAD: %q, Content-Length %d", text, resp.ContentLength)
		}
		if resp, _ := get(t, "GET", "/nothing", ""); resp.StatusCode != 204 || resp.Header.Get("Content-Type") != "" {
			t.Errorf("204: %d %v", resp.StatusCode, resp.Header)
		}
	}
	resp, _ := get(t, "GET", "/hop", "", "X-Mine", "1", "Connection", "X-Mine", "Forwarded", "for=me", "X-Forwarded-Proto", "gopher", "User-Agent", "")
	if got := resp.Header.Get("X-Got"); got != "[] [] [http] []" || resp.Header.Get("X-Secret") != "" {
		t.Errorf("the function got %s, the client %v", got, resp.Header)
	}
	if resp, text := get(t, "GET", "/trailer", ""); text != "body" || resp.Trailer.Get("X-Sum") != "42" {
		t.Errorf("trailer: %q %v", text, resp.Trailer)
	}
	if _, text := get(t, "GET", "/large", ""); len(text) != 1000<<10 {
		t.Errorf("large: %d bytes", len(text))
	}
	var link string
	r := mustRequest(t, "GET", f.url+"/function/f/hints", "")
	trace := &httptrace.ClientTrace{Got1xxResponse: func(_ int, h textproto.MIMEHeader) error { link = h.Get("Link"); return nil }}
	if resp, text := send(t, r.WithContext(httptrace.WithClientTrace(r.Context(), trace))); text != "final" || link != "</style.css>" || resp.Header.Get("Link") != "" {
		t.Errorf("hints: %q, link %q, %v", text, link, resp.Header)
	}
}

// Each part of an answer without a length arrives as soon as it is written, and a
// client that leaves ends the call.
func TestForwardedStream(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	next, left := make(chan string), make(chan struct{})
	f.ready(t, "f", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for {
			select {
			case word := <-next:
				_, _ = fmt.Fprintf(w, "data: %s\n", word)
				_ = http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				close(left)
				return
			}
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	r := mustRequest(t, "GET", f.url+"/function/f", "").WithContext(ctx)
	go func() { next <- "one" }()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewReader(resp.Body)
	for _, word := range []string{"one", "two"} {
		if word != "one" {
			next <- word
		}
		if line, err := lines.ReadString('\n'); err != nil || line != "data: "+word+"\n" {
			t.Fatalf("line %q, %v; want %s", line, err, word)
		}
	}
	cancel()
	wantEnded(t, left)
}

// A connection that breaks before the answer costs no call that may be repeated, with a
// body or without.
func TestBrokenConnectionIsRepeatedWhereSafe(t *testing.T) {
	t.Parallel()
	tests := []struct {
		method, body, key string
		status            int
	}{
		{"GET", "", "", 200},
		{"HEAD", "", "", 200},
		{"OPTIONS", "", "", 200},
		{"DELETE", "", "", 200},
		{"PUT", "a body", "", 200},
		{"PUT", strings.Repeat("x", maxBuffered), "", 200},
		{"PUT", strings.Repeat("x", maxBuffered+1), "", 502}, // was streamed, is gone
		{"POST", "a body", "", 502},
		{"POST", "", "", 502},
		{"PATCH", "a body", "", 502},
		{"POST", "a body", "once", 200},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.method, len(tt.body), tt.key), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil, function("f", 2))
			var broken atomic.Int32
			_, port := replica(t, "127.0.0.1", 0, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				broken.Add(1)
				panic(http.ErrAbortHandler)
			}))
			replica(t, "127.0.0.2", port, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n, _ := io.Copy(io.Discard, r.Body)
				if int(n) != len(tt.body) {
					w.WriteHeader(http.StatusTeapot)
				}
			}))
			f.SetReady(t, "f", port, "127.0.0.1", "127.0.0.2")
			f.awaitReady(t, "f", 2)
			bad := 0
			for range 4 { // every other call meets the broken one first
				r := mustRequest(t, tt.method, f.url+"/function/f", tt.body)
				if tt.key != "" {
					r.Header.Set("Idempotency-Key", tt.key)
				}
				switch resp, text := send(t, r); resp.StatusCode {
				case 200:
				case tt.status:
					bad++
				default:
					t.Errorf("%d %q", resp.StatusCode, text)
				}
			}
			if broken.Load() == 0 {
				t.Error("no call met the replica that breaks connections")
			}
			if tt.status != 200 && bad != int(broken.Load()) {
				t.Errorf("%d calls failed, but %d reached the function that breaks", bad, broken.Load())
			}
		})
	}
}

// A connection that the replica closes while it is idle is not used again, not even for
// what may not be repeated.
func TestClosedIdleConnectionIsNotUsed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	server, port := replica(t, "127.0.0.1", 0, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	f.SetReady(t, "f", port, "127.0.0.1")
	f.awaitReady(t, "f", 1)
	for i := range 20 {
		if resp, text := f.do(t, "POST", "/function/f", "x"); resp.StatusCode != 200 {
			t.Fatalf("call %d: %d %q", i, resp.StatusCode, text)
		}
		server.CloseClientConnections()
	}
}

// The connections of a pod that is gone are not those of the next pod of its address.
func TestConnectionsBelongToAPod(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	var conns atomic.Int32
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.NotFoundHandler(), ConnState: func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			conns.Add(1)
		}
	}}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	port := int32(l.Addr().(*net.TCPAddr).Port)
	for range 2 {
		f.SetReady(t, "f", port, "127.0.0.1")
		f.awaitReady(t, "f", 1)
		for range 3 {
			f.do(t, "GET", "/function/f", "")
		}
		f.SetReady(t, "f", port)
		f.awaitReady(t, "f", 0)
	}
	if n := conns.Load(); n != 2 {
		t.Errorf("%d connections for two pods after each other, want 2", n)
	}
}
