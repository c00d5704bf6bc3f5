package gateway

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
	"sync/atomic"
	"time"
)

const (
	maxAttempts = 5
	// settle is how long a call waits for the table to learn that the only replica
	// it knows of is gone.
	settle = 2 * time.Second
)

// newProxy returns the handler that carries calls to replicas. Bodies stream both
// ways and connections may be upgraded.
func (s *Server) newProxy() http.Handler {
	return &httputil.ReverseProxy{
		Rewrite:        s.rewrite,
		Transport:      &replicas{scaler: s.scaler, base: newTransport(s.config)},
		ModifyResponse: s.answer,
		ErrorHandler:   s.failed,
		BufferPool:     &bufferPool{},
	}
}

func newTransport(c Config) http.RoundTripper {
	return &http.Transport{
		DialContext:           (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		MaxIdleConns:          c.MaxIdle,
		MaxIdleConnsPerHost:   c.MaxIdlePerHost,
		IdleConnTimeout:       30 * time.Second,
		ResponseHeaderTimeout: c.UpstreamTimeout,
		DisableCompression:    true, // what the function sends is what the client gets
		WriteBufferSize:       16 << 10,
		ReadBufferSize:        16 << 10,
	}
}

// rewrite turns the client's request into the function's.
func (s *Server) rewrite(p *httputil.ProxyRequest) {
	c := callOf(p.In.Context())
	p.Out.URL.Scheme = "http"
	p.Out.URL.Host = c.key.String() // the transport puts a replica's address here
	p.Out.URL.Path, p.Out.URL.RawPath = c.path.Path, c.path.RawPath
	p.Out.URL.RawQuery, p.Out.URL.ForceQuery = c.path.RawQuery, c.path.ForceQuery
	p.Out.Header["X-Forwarded-For"] = p.In.Header["X-Forwarded-For"]
	p.SetXForwarded()
	p.Out.Header.Set("X-Call-Id", c.id)
	p.Out.Header.Set("X-Start-Time", c.start)
}

// answer completes the function's response.
func (s *Server) answer(r *http.Response) error {
	c := callOf(r.Request.Context())
	c.status = r.StatusCode
	r.Header.Set("X-Call-Id", c.id)
	r.Header.Set("X-Start-Time", c.start)
	r.Header.Set("X-Served-By", s.servedBy())
	hasBody := r.StatusCode >= 200 && r.StatusCode != http.StatusNoContent && r.StatusCode != http.StatusNotModified
	if hasBody && r.Header.Get("Content-Type") == "" {
		kind := c.sentAs
		if kind == "" {
			kind = "text/plain"
		}
		r.Header.Set("Content-Type", kind)
	}
	return nil
}

// replicas sends a request to a ready replica, and to another one as long as
// nothing of it has reached a function.
type replicas struct {
	scaler *scaler
	base   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t *replicas) RoundTrip(in *http.Request) (*http.Response, error) {
	ctx := in.Context()
	c := callOf(ctx)
	body := &onceBody{ReadCloser: in.Body}
	tried := map[string]bool{}
	for {
		changed := t.scaler.table.Changed(c.key)
		address, err := t.scaler.Await(ctx, c.key)
		if err != nil {
			return nil, err
		}
		if tried[address] { // all that the table knows have failed: wait for news
			select {
			case <-changed:
			case <-time.After(settle):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			clear(tried)
			continue
		}
		out := toward(in, address)
		if in.Body != nil && in.Body != http.NoBody {
			out.Body = body
		}
		resp, err := t.base.RoundTrip(out)
		if err == nil {
			return resp, nil
		}
		c.attempt++
		if ctx.Err() != nil || c.attempt >= maxAttempts || !repeatable(out, body, err) {
			return nil, err
		}
		tried[address] = true
	}
}

// toward returns in with another host. A shallow copy does: transports change
// neither header nor the rest of the URL.
func toward(in *http.Request, address string) *http.Request {
	out, u := *in, *in.URL
	u.Host = address
	out.URL = &u
	return &out
}

// repeatable says whether a failed request may go to another replica: it never
// left (no connection), or it changes nothing and has no body.
func repeatable(r *http.Request, body *onceBody, err error) bool {
	if body.used.Load() {
		return false
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return true
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return false
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return r.Body == nil || r.Body == http.NoBody
	}
	return false
}

// onceBody knows whether it was read, and stays open when an attempt fails: the
// server closes the real one.
type onceBody struct {
	io.ReadCloser
	used atomic.Bool
}

// Read implements io.Reader.
func (b *onceBody) Read(p []byte) (int, error) {
	b.used.Store(true)
	return b.ReadCloser.Read(p)
}

// Close does nothing.
func (b *onceBody) Close() error { return nil }

// bufferPool keeps copy buffers for httputil.ReverseProxy.
type bufferPool struct{ pool sync.Pool }

// Get implements httputil.BufferPool.
func (p *bufferPool) Get() []byte {
	if b, ok := p.pool.Get().(*[]byte); ok {
		return *b
	}
	return make([]byte, 32<<10)
}

// Put implements httputil.BufferPool.
func (p *bufferPool) Put(b []byte) { p.pool.Put(&b) }
