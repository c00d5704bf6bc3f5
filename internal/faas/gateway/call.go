package gateway

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/labbox/labbox/internal/faas/store"
)

// statusClientGone is what metrics record when the caller left before the answer.
const statusClientGone = 499

// call is what the stages know of one invocation, whether it came over HTTP or from
// inside the gateway.
type call struct {
	key    store.Key
	path   *url.URL // Path, RawPath and RawQuery for the function
	says   []field  // to the function, in place of the client's fields of these names
	id     string
	start  string
	sentAs string // the request's Content-Type
	status int
	lease  *store.Lease // of the replica that answers
	body   *steadyBody  // nil when there is none
	end    func(status int)

	interim interim // nil: nobody wants to know
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// begin counts a call of key; finish must follow.
func (s *Server) begin(key store.Key, h http.Header) *call {
	c := &call{
		key: key, id: h.Get("X-Call-Id"), sentAs: h.Get("Content-Type"),
		start: strconv.FormatInt(time.Now().UnixNano(), 10), end: s.metrics.begin(key),
		status: http.StatusBadGateway, // stands if a stage panics on a broken stream
	}
	if c.id == "" {
		c.id = newCallID()
	}
	return c
}

// newCallID returns a random UUID. It names and is no secret, so that the fast source
// of randomness does.
func newCallID() string {
	var id uuid.UUID
	binary.NativeEndian.PutUint64(id[:8], rand.Uint64())
	binary.NativeEndian.PutUint64(id[8:], rand.Uint64())
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id.String()
}

// finish frees the replica and notes the call's end; again it does nothing.
func (c *call) finish() {
	c.lease.Release()
	if c.end != nil {
		c.end(c.status)
		c.end = nil
	}
}

// Call sends r to a replica of key and returns its answer: the way of a call for what
// runs inside the gateway. Of r's URL only path and query count; the body may be nil
// and is closed. A function at zero is woken, and a busy one waited for. The call
// counts in the metrics, and has its replica, until the answer's body is closed, which
// the caller must do. The error wraps store.ErrNotFound, ErrNoEndpoint or ctx's error;
// any other means that the function did not answer.
func (s *Server) Call(ctx context.Context, key store.Key, r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }()
	}
	f, ok := s.table.Lookup(key)
	if !ok {
		return nil, fmt.Errorf("function %s: %w", key, store.ErrNotFound)
	}
	ctx = s.patient(ctx, f)
	c := s.begin(key, r.Header)
	out := r.WithContext(ctx)
	out.Header = r.Header.Clone()
	if out.Header == nil {
		out.Header = http.Header{}
	}
	out.URL = &url.URL{Scheme: "http", Host: key.String(), Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	if out.URL.Path == "" {
		out.URL.Path = "/"
	}
	c.path = out.URL
	if out.Host == "" {
		out.Host = key.String()
	}
	out.RequestURI = ""
	c.mark(out.Header)
	resp, err := s.calls.do(c, out)
	if err != nil {
		c.status, _ = s.verdict(ctx, c, err)
		c.finish()
		return nil, fmt.Errorf("call function %s: %w", key, err)
	}
	c.status = resp.StatusCode
	s.complete(c, resp.StatusCode, resp.Header)
	resp.Body = &finishing{ReadCloser: resp.Body, call: c}
	return resp, nil
}

// mark sets the headers that a function gets.
func (c *call) mark(h http.Header) {
	h.Set("X-Call-Id", c.id)
	h.Set("X-Start-Time", c.start)
}

// finishing is an answer's body whose end is the call's.
type finishing struct {
	io.ReadCloser
	call *call
}

// Close implements io.Closer.
func (b *finishing) Close() error {
	err := b.ReadCloser.Close()
	b.call.finish()
	return err
}

// verdict returns the status and the words for a call that no function answered.
func (s *Server) verdict(ctx context.Context, c *call, err error) (status int, text string) {
	var large *http.MaxBytesError
	var timeout net.Error
	switch {
	case c.body != nil && c.body.broken.Load(): // before the context, which ends with it
		return http.StatusRequestTimeout, errSlowClient.Error()
	case ctx.Err() != nil:
		return statusClientGone, err.Error()
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, "the body is larger than " + strconv.FormatInt(large.Limit, 10) + " bytes"
	case errors.Is(err, store.ErrNotFound):
		return http.StatusNotFound, err.Error()
	case errors.Is(err, ErrNoEndpoint):
		return http.StatusServiceUnavailable, s.explain(ctx, c.key, err.Error())
	case errors.As(err, &timeout) && timeout.Timeout():
		return http.StatusGatewayTimeout, "function " + c.key.String() + " did not answer within " + patience(ctx, s.config.UpstreamTimeout).String()
	}
	s.log.Warn("call failed", "function", c.key.String(), "call", c.id, "error", err)
	return http.StatusBadGateway, "cannot reach function " + c.key.String()
}
