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

// maxAttempts is how often a call is sent at most.
const maxAttempts = 5

// newProxy returns the handler that carries calls to replicas. Bodies stream both
// ways and connections may be upgraded.
func (s *Server) newProxy() http.Handler {
	return &httputil.ReverseProxy{
		Rewrite:        s.rewrite,
		Transport:      s.calls,
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
	c.mark(p.Out.Header)
}

// answer completes the function's response.
func (s *Server) answer(r *http.Response) error {
	c := callOf(r.Request.Context())
	c.status = r.StatusCode
	c.mark(r.Header)
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

// RoundTrip implements http.RoundTripper. The call's lease is of the replica that
// answered; it is not released.
func (t *replicas) RoundTrip(in *http.Request) (*http.Response, error) {
	ctx := in.Context()
	c := callOf(ctx)
	body := &onceBody{ReadCloser: in.Body}
	var tried map[string]bool // made when needed
	for attempt := 1; ; attempt++ {
		lease, err := t.scaler.Lease(ctx, c.key, tried)
		if err != nil {
			return nil, err
		}
		out := toward(in, lease.Address)
		if in.Body != nil && in.Body != http.NoBody {
			out.Body = body
		}
		resp, err := t.base.RoundTrip(out)
		if err == nil {
			c.lease = lease
			return resp, nil
		}
		if unreached(err) {
			lease.Unreachable()
		}
		lease.Release()
		if ctx.Err() != nil || attempt >= maxAttempts || !repeatable(out, body, err) {
			return nil, err
		}
		if tried == nil {
			tried = map[string]bool{}
		}
		tried[lease.Address] = true
	}
}

// unreached says whether there was no connection at all.
func unreached(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
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
	if unreached(err) {
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
