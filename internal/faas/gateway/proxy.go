package gateway

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

// maxAttempts is how often a call is sent at most.
const maxAttempts = 5

// newProxy returns the handler that carries calls to replicas whose bodies stream, both
// ways, and whose connections may be upgraded; see forward for the others.
func (s *Server) newProxy() http.Handler {
	return &httputil.ReverseProxy{
		Rewrite:        s.rewrite,
		Transport:      s.calls,
		ModifyResponse: s.answer,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			s.failed(w, r, callOf(r.Context()), err)
		},
		BufferPool: &s.buffers,
	}
}

func newTransport(c Config, dialer *net.Dialer) http.RoundTripper {
	return &http.Transport{
		DialContext:           dialer.DialContext,
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
	s.complete(c, r.StatusCode, r.Header)
	return nil
}

// complete adds to an answer's header what the gateway knows.
func (s *Server) complete(c *call, status int, h http.Header) {
	c.mark(h)
	h["X-Served-By"] = s.served
	hasBody := status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
	if hasBody && h.Get("Content-Type") == "" {
		kind := c.sentAs
		if kind == "" {
			kind = "text/plain"
		}
		h.Set("Content-Type", kind)
	}
}

// replicas sends a request to a ready replica, and to another one where that is safe:
// see again.
type replicas struct {
	scaler *scaler
	wires  wires             // for requests that are whole
	stream http.RoundTripper // for all others
}

func newReplicas(s *scaler, c Config) *replicas {
	dialer := &net.Dialer{Timeout: 2 * time.Second, KeepAlive: 30 * time.Second}
	endless := c
	endless.UpstreamTimeout = 0
	return &replicas{
		scaler: s, stream: &patientTransport{newTransport(c, dialer), newTransport(endless, dialer)},
		wires: wires{dial: dialer.DialContext, timeout: c.UpstreamTimeout, pool: pool{max: c.MaxIdlePerHost}},
	}
}

// RoundTrip implements http.RoundTripper for a request whose context has its call.
func (t *replicas) RoundTrip(in *http.Request) (*http.Response, error) {
	return t.do(callOf(in.Context()), in)
}

// do sends in. The call's lease is then of the replica that answered; it is not
// released.
func (t *replicas) do(c *call, in *http.Request) (*http.Response, error) {
	ctx := in.Context()
	sent, err := newSending(c, in)
	if err != nil {
		return nil, err
	}
	var tried map[string]bool // made when needed
	for attempt := 1; ; attempt++ {
		lease, err := t.scaler.Lease(ctx, c.key, tried)
		if err != nil {
			return nil, err
		}
		resp, err := t.send(sent, lease)
		if err == nil {
			c.lease = lease
			return resp, nil
		}
		if unreached(err) {
			lease.Unreachable()
		}
		lease.Release()
		if ctx.Err() != nil || attempt >= maxAttempts || !sent.again(err) {
			return nil, err
		}
		if tried == nil {
			tried = map[string]bool{}
		}
		tried[lease.Address] = true
	}
}

func (t *replicas) send(s *sending, lease *store.Lease) (*http.Response, error) {
	if s.whole {
		return t.wires.send(&s.message, lease)
	}
	out := toward(s.Request, lease.Address)
	if s.once != nil {
		out.Body = s.once
	}
	return t.stream.RoundTrip(out)
}

// sending is a request that may be sent more than once.
type sending struct {
	message
	whole bool // the message is all of it
	once  *onceBody
}

// newSending reads the body of r if it is not large, before a replica is asked for: a
// client that is slow keeps none busy.
func newSending(c *call, r *http.Request) (*sending, error) {
	s := &sending{message: message{Request: r, path: c.path, says: c.says, early: c.interim}, whole: whole(r)}
	switch {
	case r.Body == nil || r.Body == http.NoBody:
	case s.whole && r.ContentLength > 0 && r.ContentLength <= maxBuffered:
		s.body = make([]byte, r.ContentLength)
		if _, err := io.ReadFull(r.Body, s.body); err != nil {
			return nil, fmt.Errorf("read the request's body: %w", err)
		}
	default:
		s.whole, s.once = false, &onceBody{ReadCloser: r.Body}
	}
	return s, nil
}

// again says whether a request that failed with err may go to another replica. Its body
// must still be there: none, or not large, or not begun. Then it may
//
//   - if there was no connection, whatever it is: it never left;
//   - if the connection broke before an answer, and doing it twice is as good as doing
//     it once: GET, HEAD, OPTIONS, TRACE, PUT and DELETE (RFC 9110, 9.2.2), and what
//     carries an Idempotency-Key;
//   - never after a timeout: the function may still be at work.
func (s *sending) again(err error) bool {
	if s.once != nil && s.once.used.Load() {
		return false
	}
	if unreached(err) {
		return true
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return false
	}
	switch s.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	return s.Header.Get("Idempotency-Key") != ""
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
