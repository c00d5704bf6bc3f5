package gateway

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

// maxBuffered is the largest request body that is read before a call is sent. Such a
// call can be sent again, and takes the short way over a wire.
const maxBuffered = 64 << 10

// wires sends whole requests to replicas: one write, one read, in the caller's own
// goroutine. http.Transport, which hands each request to two goroutines of the
// connection, costs twice the time; it is there for all that is not whole: bodies that
// stream, upgrades, expectations.
//
//	idle connection ─ still open? ─► write ─► answer ─► body read to its end ─► idle
//	     none: dial                    └─ ctx done: deadline in the past        else closed
type wires struct {
	pool    pool
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	timeout time.Duration // until the answer's head
}

// message is a whole request as a replica gets it: the sender's, to another path.
type message struct {
	*http.Request
	path  *url.URL // Path, RawPath and RawQuery count
	says  []field  // in place of the sender's fields of these names
	body  []byte
	early interim // nil: nobody wants to know
}

// field is one of a header; without a value it is left out.
type field struct{ name, value string }

// wire is one connection to a replica.
type wire struct {
	net.Conn
	to   io.Writer // the same connection
	in   *bufio.Reader
	out  []byte // the request's head and body, kept for its memory
	idle time.Time
	at   place

	deadline deadline
}

// whole says whether r, whose body is buffered or none, may take a wire.
func whole(r *http.Request) bool {
	return r.Header.Get("Upgrade") == "" && r.Header.Get("Expect") == "" && r.Method != http.MethodConnect && len(r.Trailer) == 0
}

// interim is told of an answer before the final one, such as 103 Early Hints.
type interim func(status int, h http.Header)

// send sends m to the replica of lease.
func (w *wires) send(m *message, lease *store.Lease) (*http.Response, error) {
	ctx := m.Context()
	c, err := w.open(ctx, place{lease.Address, lease.Pod})
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(past()) })
	resp, err := w.exchange(c, m)
	if err != nil {
		stop()
		_ = c.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("exchange with %s: %w", lease.Address, err)
	}
	answer := &wireBody{ReadCloser: resp.Body, keep: func(reusable bool) {
		if !stop() || !reusable || resp.Close {
			_ = c.Close()
			return
		}
		w.pool.put(c)
	}}
	answer.ended.Store(resp.Body == http.NoBody)
	resp.Body = answer
	return resp, nil
}

// open returns an idle connection, or a new one.
func (w *wires) open(ctx context.Context, at place) (*wire, error) {
	if c := w.pool.get(at); c != nil {
		return c, nil
	}
	conn, err := w.dial(ctx, "tcp", at.address)
	if err != nil {
		return nil, err
	}
	stream := prompt(conn)
	return &wire{Conn: conn, to: stream, in: bufio.NewReaderSize(stream, 8<<10), at: at}, nil
}

// exchange writes the request and reads the answer up to its body.
func (w *wires) exchange(c *wire, m *message) (*http.Response, error) {
	ctx := m.Context()
	if c.arm(patience(ctx, w.timeout)); ctx.Err() != nil { // its own deadline may just have been overwritten
		return nil, ctx.Err()
	}
	var err error
	if c.out, err = m.append(c.out[:0]); err != nil {
		return nil, err
	}
	_, unsent := c.to.Write(c.out)
	if cap(c.out) > 8<<10 {
		c.out = nil
	}
	// Who answers before it has read all may have closed its end: look for the answer.
	resp, err := readAnswer(c.in, m)
	switch {
	case err != nil && unsent != nil:
		return nil, unsent
	case err != nil:
		return nil, err
	}
	resp.Close = resp.Close || unsent != nil
	if resp.ContentLength < 0 || resp.ContentLength > int64(c.in.Buffered()) { // the body takes what time it takes
		c.disarm(ctx)
	}
	return resp, nil
}

// arm gives an exchange its time. 0 is no bound.
func (c *wire) arm(timeout time.Duration) {
	if timeout <= 0 {
		c.disarm(context.Background())
		return
	}
	_ = c.deadline.arm(timeout, c.SetDeadline)
}

// disarm lifts the deadline, but not that of a call that is over.
func (c *wire) disarm(ctx context.Context) {
	if c.deadline == (deadline{}) {
		return
	}
	c.deadline = deadline{}
	_ = c.SetDeadline(time.Time{})
	if ctx.Err() != nil {
		_ = c.SetDeadline(past())
	}
}

// readAnswer passes interim answers on, and returns the final one.
func readAnswer(in *bufio.Reader, m *message) (*http.Response, error) {
	for range 16 {
		resp, err := http.ReadResponse(in, m.Request)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode >= 200 {
			return resp, nil
		}
		if resp.StatusCode == http.StatusSwitchingProtocols {
			return nil, errors.New("the function switched protocols unasked")
		}
		if m.early != nil && resp.StatusCode != http.StatusContinue {
			m.early(resp.StatusCode, resp.Header)
		}
	}
	return nil, errors.New("the function sends interim answers without end")
}

// append appends m as it goes over the connection.
func (m *message) append(b []byte) ([]byte, error) {
	uri := m.path.RequestURI()
	if strings.ContainsFunc(uri, unsendable) || strings.ContainsFunc(m.Host, unsendable) {
		return nil, fmt.Errorf("the path %q of %q cannot be sent", uri, m.Host)
	}
	b = append(append(b, m.Method...), ' ')
	b = append(append(b, uri...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, m.Host...), "\r\n"...)
	connection := m.Header["Connection"]
	for name, values := range m.Header {
		if name != "Host" && name != "Content-Length" && endToEnd(name, connection) && !m.saysOf(name) {
			b = appendField(b, name, values...)
		}
	}
	for _, f := range m.says {
		if f.value != "" {
			b = appendField(b, f.name, f.value)
		}
	}
	if len(m.body) > 0 || m.Method == http.MethodPost || m.Method == http.MethodPut || m.Method == http.MethodPatch {
		b = appendLength(b, int64(len(m.body)))
	}
	return append(append(b, "\r\n"...), m.body...), nil
}

func unsendable(c rune) bool { return c <= ' ' || c == 0x7f }

// saysOf says whether the gateway itself says what the field name is.
func (m *message) saysOf(name string) bool {
	for _, f := range m.says {
		if f.name == name {
			return true
		}
	}
	return false
}

// wireBody gives the connection back when the answer has been read.
type wireBody struct {
	io.ReadCloser
	ended, closed atomic.Bool
	keep          func(reusable bool)
}

// Read implements io.Reader.
func (b *wireBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.ended.Store(true)
	}
	return n, err
}

// Close implements io.Closer. It does not read what is left.
func (b *wireBody) Close() error {
	if !b.closed.Swap(true) {
		b.keep(b.ended.Load())
	}
	return nil
}
