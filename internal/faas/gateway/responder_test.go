package gateway

import (
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
)

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
