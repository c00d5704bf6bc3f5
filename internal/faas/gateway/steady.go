package gateway

import (
	"io"
	"net/http"
	"time"
)

// steady gives every request deadlines that move on with each byte: a peer that
// stops reading or writing is cut off, a stream that goes on is not.
func (s *Server) steady(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = &steadyBody{ReadCloser: r.Body, rc: rc, timeout: s.config.ReadTimeout}
		}
		sw := &steadyWriter{ResponseWriter: w, rc: rc, timeout: s.config.WriteTimeout}
		sw.extend()
		next.ServeHTTP(sw, r)
	})
}

type steadyBody struct {
	io.ReadCloser
	rc      *http.ResponseController
	timeout time.Duration
}

// Read extends the deadline; at the end it is lifted, because the server goes on
// reading to notice a client that leaves.
func (b *steadyBody) Read(p []byte) (int, error) {
	if b.timeout > 0 {
		_ = b.rc.SetReadDeadline(time.Now().Add(b.timeout))
	}
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF && b.timeout > 0 {
		_ = b.rc.SetReadDeadline(time.Time{})
	}
	return n, err
}

type steadyWriter struct {
	http.ResponseWriter
	rc      *http.ResponseController
	timeout time.Duration
}

func (w *steadyWriter) extend() {
	if w.timeout > 0 {
		_ = w.rc.SetWriteDeadline(time.Now().Add(w.timeout))
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
