package gateway

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	const get = "GET /function/f HTTP/1.1\r\nHost: h\r\n"
	for request, want := range map[string]bool{
		get + "\r\n": true,
		"POST /function/f.ns/a?b=c HTTP/1.1\r\nhost: h\r\nContent-Length: 3\r\n\r\nabc": true,
		get + "Connection: Keep-Alive\r\n\r\n":                                          true,
		get + "Content-Length: 0\r\n\r\n":                                               true,
		get:                                                                             false, // not all of it
		get + "Content-Length: 3\r\n\r\nab":                                             false,
		get + "\r\n" + get + "\r\n":                                                     false, // two
		get + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc":                       false,
		get + "Content-Length: +3\r\n\r\nabc":                                           false,
		get + "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n":                 false,
		get + "Content-Length : 0\r\n\r\n":                                              false,
		get + "X: a\r\n folded\r\n\r\n":                                                 false,
		get + "X: a\x00\r\n\r\n":                                                        false,
		get + "X: a\nTransfer-Encoding: chunked\r\n\r\n":                                false,
		get + "Host: other\r\n\r\n":                                                     false,
		get + "Connection: close\r\n\r\n":                                               false,
		get + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n":                       false,
		get + "Expect: 100-continue\r\n\r\n":                                            false,
		get + "TE: trailers\r\n\r\n":                                                    false,
		get + "Trailer: X\r\n\r\n":                                                      false,
		"GET /function/f HTTP/1.1\r\n\r\n":                                              false,
		"GET /function/f HTTP/1.0\r\nHost: h\r\n\r\n":                                   false,
		"GET http://h/function/f HTTP/1.1\r\nHost: h\r\n\r\n":                           false,
		"CONNECT /function/f HTTP/1.1\r\nHost: h\r\n\r\n":                               false,
		"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n":                                      false,
		"G(T /function/f HTTP/1.1\r\nHost: h\r\n\r\n":                                   false,
	} {
		if got := plain([]byte(request)); got != want {
			t.Errorf("%q is plain: %v", request, got)
		}
	}
}

// One connection carries whatever comes, in whatever pieces it comes.
func TestFrontServesAnyRequest(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	f.ready(t, "f", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %s %q", r.Method, r.URL, body)
	})
	const plainGet = "GET /function/f/a HTTP/1.1\r\nHost: h\r\n\r\n"
	const plainPost = "POST /function/f/b?c HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
	const chunked = "POST /function/f/d HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
	const health = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"
	gets, posts, chunks, healthy := `GET /a ""`, `POST /b?c "abc"`, `POST /d "abc"`, "OK"
	for name, tt := range map[string]struct{ pieces, want []string }{
		"plain ones":           {[]string{plainGet, plainPost, plainGet}, []string{gets, posts, gets}},
		"others":               {[]string{health, chunked}, []string{healthy, chunks}},
		"plain and other":      {[]string{plainGet, chunked, plainGet, health}, []string{gets, chunks, gets, healthy}},
		"two at a time":        {[]string{plainGet + plainPost, plainGet + health}, []string{gets, posts, gets, healthy}},
		"the head in pieces":   {[]string{plainGet[:30], plainGet[30:]}, []string{gets}},
		"the body in pieces":   {[]string{plainPost[:len(plainPost)-2], plainPost[len(plainPost)-2:]}, []string{posts}},
		"a body nobody reads":  {[]string{strings.Replace(plainPost, "/f/", "/none/", 1), plainGet}, []string{"function none.openfaas-fn not found", gets}},
		"half of the next one": {[]string{plainPost + plainGet[:9], plainGet[9:]}, []string{posts, gets}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := mustDial(t, f.url)
			answers := bufio.NewReader(conn)
			for i, piece := range tt.pieces {
				if i > 0 {
					time.Sleep(20 * time.Millisecond) // so that it comes alone; if it does not, all the same
				}
				if _, err := io.WriteString(conn, piece); err != nil {
					t.Fatal(err)
				}
			}
			for _, want := range tt.want {
				resp, err := http.ReadResponse(answers, nil)
				if err != nil {
					t.Fatal(err)
				}
				if body, err := io.ReadAll(resp.Body); err != nil || strings.TrimSpace(string(body)) != want {
					t.Errorf("%q (%v), want %q", body, err, want)
				}
			}
		})
	}
}

func mustDial(t *testing.T, url string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn
}

// http.Server ends one direction of a connection whose request it did not read, so that
// the client gets the answer; a connection that was passed on can do that.
func TestPassedConnEndsOneDirection(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	client := mustDial(t, "http://"+l.Addr().String())
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	passed := &passedConn{conn, []byte("read, ")}
	if err := passed.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the client reads %v", err)
	}
	_, _ = io.WriteString(client, "and not")
	_ = client.Close()
	if got, err := io.ReadAll(passed); string(got) != "read, and not" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// A client that leaves ends a plain call for the function, too.
func TestFrontCallEndsWithItsClient(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	began, ended := make(chan struct{}), make(chan struct{})
	f.ready(t, "f", func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
		close(ended)
	})
	conn := mustDial(t, f.url)
	if _, err := io.WriteString(conn, "GET /function/f HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-began
	_ = conn.Close()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Error("the function still works 20 s after its client left")
	}
}

// A call longer than leavingAfter leaves the connection as it was.
func TestFrontAfterLongCall(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	f.ready(t, "f", func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(leavingAfter + 50*time.Millisecond)
		_, _ = io.WriteString(w, "late")
	})
	conn := mustDial(t, f.url)
	answers := bufio.NewReader(conn)
	for range 3 {
		if _, err := io.WriteString(conn, "GET /function/f HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(resp.Body); string(body) != "late" || err != nil {
			t.Errorf("%q, %v", body, err)
		}
	}
}

// The end of a front: who waits is let go at once, who is served gets the answer.
func TestFrontDrains(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	began, goOn := make(chan struct{}), make(chan struct{})
	f.ready(t, "f", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(began)
			<-goOn
		}
		_, _ = io.WriteString(w, "answer")
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- serve(ctx, f.gateway.newFront(l), f.gateway.Handler(), time.Minute) }()
	url := "http://" + l.Addr().String()
	idle, busy := mustDial(t, url), mustDial(t, url)
	idleAnswers := bufio.NewReader(idle)
	_, _ = io.WriteString(idle, "GET /function/f HTTP/1.1\r\nHost: h\r\n\r\n")
	if resp, err := http.ReadResponse(idleAnswers, nil); err != nil || resp.ContentLength != 6 {
		t.Fatalf("%v, %v", resp, err)
	}
	_, _ = io.CopyN(io.Discard, idleAnswers, 6)
	_, _ = io.WriteString(busy, "GET /function/f/slow HTTP/1.1\r\nHost: h\r\n\r\n")
	<-began
	cancel()
	if _, err := idleAnswers.ReadByte(); err != io.EOF {
		t.Errorf("a connection that waits ends with %v", err)
	}
	close(goOn)
	resp, err := http.ReadResponse(bufio.NewReader(busy), nil)
	if err != nil || !resp.Close {
		t.Fatalf("%+v, %v; want an answer that closes the connection", resp, err)
	}
	if body, _ := io.ReadAll(resp.Body); string(body) != "answer" {
		t.Errorf("%q", body)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// responder says what net/http says.
func TestResponderIsAsNetHTTP(t *testing.T) {
	t.Parallel()
	for name, h := range answers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			quiet := slog.New(slog.DiscardHandler)
			theirs := httptest.NewServer(h)
			t.Cleanup(theirs.Close)
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			s := &Server{log: quiet}
			front := s.newFront(l)
			front.plain = h
			ours := &httptest.Server{Listener: front, Config: &http.Server{Handler: http.NotFoundHandler()}}
			ours.Start()
			t.Cleanup(ours.Close)
			for _, method := range []string{"GET", "HEAD", "POST"} {
				want, got := answerOf(t, method, theirs.URL), answerOf(t, method, "http://"+l.Addr().String())
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s:\n%+v, net/http says\n%+v", method, got, want)
				}
			}
		})
	}
}

// heard is what a client gets of an answer.
type heard struct {
	failed          bool
	status          int
	header, trailer http.Header
	length          int64
	coding          []string
	close           bool
	body            string
	cut             bool
	hints           http.Header
}

func answerOf(t *testing.T, method, url string) (out heard) {
	t.Helper()
	r, err := http.NewRequest(method, url+"/function/f", nil)
	if err != nil {
		t.Fatal(err)
	}
	trace := &httptrace.ClientTrace{Got1xxResponse: func(_ int, h textproto.MIMEHeader) error { out.hints = http.Header(h); return nil }}
	client := &http.Transport{DisableCompression: true}
	defer client.CloseIdleConnections()
	resp, err := client.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	if err != nil {
		out.failed = true
		return out
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if date := resp.Header.Get("Date"); date != "today" {
		if _, err := http.ParseTime(date); err != nil {
			t.Errorf("the date is %q", date)
		}
		resp.Header.Del("Date")
	}
	out.status, out.header, out.trailer, out.length, out.coding = resp.StatusCode, resp.Header, resp.Trailer, resp.ContentLength, resp.TransferEncoding
	out.close, out.body, out.cut = resp.Close, string(body), err != nil
	return out
}

// answers are handlers whose answers differ in their form.
func answers(t *testing.T) map[string]http.HandlerFunc {
	t.Helper()
	out := unusualAnswers()
	maps.Copy(out, map[string]http.HandlerFunc{
		"nothing": func(http.ResponseWriter, *http.Request) {},
		"text": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, "hello")
		},
		"error": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusNotFound) },
		"last": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			http.Error(w, "no", http.StatusBadRequest)
		},
		"no content": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNoContent)
			if _, err := io.WriteString(w, "x"); err != http.ErrBodyNotAllowed {
				t.Errorf("a body with 204: %v", err)
			}
		},
		"not modified": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Etag", `"1"`)
			w.WriteHeader(http.StatusNotModified)
		},
		"long with a length": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Set("Content-Length", "40000")
			for range 4 {
				_, _ = io.WriteString(w, strings.Repeat("x", 10000))
			}
		},
		"long without": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			for range 4 {
				_, _ = io.WriteString(w, strings.Repeat("x", 10000))
			}
		},
		"large pieces in chunks": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, "short")
			for range 3 {
				_, _ = io.WriteString(w, strings.Repeat("x", 100000))
				_, _ = io.WriteString(w, "short")
				_ = http.NewResponseController(w).Flush()
			}
		},
		"flushed": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			for range 3 {
				_, _ = io.WriteString(w, "x")
				_ = http.NewResponseController(w).Flush()
			}
		},
		"too much": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Set("Content-Length", "3")
			if _, err := io.WriteString(w, "hello"); err != http.ErrContentLength {
				t.Errorf("more than announced: %v", err)
			}
		},
		"too little": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Set("Content-Length", "8")
			_, _ = io.WriteString(w, "hello")
		},
	})
	return out
}

func unusualAnswers() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"hints": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Link", "</a.css>")
			w.WriteHeader(http.StatusEarlyHints)
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, "hello")
		},
		"trailers": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Set("Trailer", "X-Sum")
			_, _ = io.WriteString(w, "hello")
			w.Header().Set("X-Sum", "1")
			w.Header().Set(http.TrailerPrefix+"X-Late", "2")
		},
		"values": func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["X"] = []string{"a", "b"}
			w.Header().Set("Y", "c\r\nZ: d")
			w.Header().Set("Date", "today")
			w.Header().Set("Content-Type", "text/plain")
		},
		"abort": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"abort in the middle": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, "hello")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
	}
}
