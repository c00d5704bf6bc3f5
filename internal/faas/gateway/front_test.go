package gateway

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
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
	wantEnded(t, ended)
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
