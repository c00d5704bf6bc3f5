package gateway

import (
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// steady gives every request deadlines that move on with each byte: a peer that
// stops reading or writing is cut off, a stream that goes on is not.
func (s *Server) steady(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		sw := &steadyWriter{ResponseWriter: w, rc: rc, timeout: s.config.WriteTimeout}
		sw.extend()
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(sw, r)
			return
		}
		body := &steadyBody{ReadCloser: r.Body, rc: rc, timeout: s.config.ReadTimeout}
		r.Body = body
		next.ServeHTTP(sw, r)
		if body.broken.Load() {
			// The server would take what is left of the body for the next request.
			_ = rc.Flush()
			panic(http.ErrAbortHandler)
		}
	})
}

// errSlowClient: the request's body did not come.
var errSlowClient = errors.New("the request's body stopped coming")

type steadyBody struct {
	io.ReadCloser
	rc      *http.ResponseController
	timeout time.Duration
	broken  atomic.Bool
}

// Read extends the deadline; at the end it is lifted, because the server goes on
// reading to notice a client that leaves.
func (b *steadyBody) Read(p []byte) (int, error) {
	if b.timeout > 0 {
		_ = b.rc.SetReadDeadline(time.Now().Add(b.timeout))
	}
	n, err := b.ReadCloser.Read(p)
	var late net.Error
	switch {
	case err == io.EOF && b.timeout > 0:
		_ = b.rc.SetReadDeadline(time.Time{})
	case errors.As(err, &late) && late.Timeout():
		b.broken.Store(true)
		return n, errSlowClient
	}
	return n, err
}

type steadyWriter struct {
	http.ResponseWriter
	rc      *http.ResponseController
	timeout time.Duration
	at      time.Time // when the deadline was moved last
}

// extend moves the deadline, unless that was a moment ago.
func (w *steadyWriter) extend() {
	if w.timeout <= 0 {
		return
	}
	if now := time.Now(); now.Sub(w.at) > w.timeout/16 {
		w.at = now
		_ = w.rc.SetWriteDeadline(now.Add(w.timeout))
	}
}

// Write extends the deadline first.
func (w *steadyWriter) Write(p []byte) (int, error) {
	w.extend()
	return w.ResponseWriter.Write(p)
}

// WriteHeader extends the deadline first.
func (w *steadyWriter) WriteHeader(status int) {
	w.extend()
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach Flush and Hijack.
func (w *steadyWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
