package gateway

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"
)

// lane is one connection while its requests are plain.
type lane struct {
	net.Conn
	front  *front
	in     *bufio.Reader
	peer   string
	cancel context.CancelFunc // ends the calls' context
	reply  responder

	deadline deadline // of reading
	leaving  leaving

	mu      sync.Mutex
	waiting bool // for a request
}

// run answers plain requests until the connection ends or goes on to http.Server. ctx
// is that of its calls, which follow one another: it ends when the client leaves.
func (l *lane) run(ctx context.Context) {
	defer func() {
		l.cancel()
		l.front.mu.Lock()
		delete(l.front.lanes, l)
		l.front.mu.Unlock()
		l.front.calls.Done()
	}()
	for wait := l.front.headerTimeout; ; wait = idleTimeout {
		read, err := l.await(wait)
		if err != nil {
			_ = l.Conn.Close()
			return
		}
		r := l.request(ctx, read)
		if r == nil {
			l.front.pass(l.Conn, bytes.Clone(read))
			return
		}
		if !l.call(r) {
			_ = l.Conn.Close()
			return
		}
	}
}

// await returns what one read brings. The bytes stay in l.in.
func (l *lane) await(wait time.Duration) ([]byte, error) {
	if wait > 0 {
		if err := l.deadline.arm(wait, l.SetReadDeadline); err != nil {
			return nil, err
		}
	}
	if !l.rest(true) { // after the deadline, which hurry moves
		return nil, net.ErrClosed
	}
	defer l.rest(false)
	if _, err := l.in.Peek(1); err != nil {
		return nil, err
	}
	return l.in.Peek(l.in.Buffered())
}

// rest notes whether the connection waits for a request; false when it is too late.
func (l *lane) rest(waiting bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = waiting
	return !waiting || !l.front.closing()
}

// hurry ends a connection that waits; another sees for itself.
func (l *lane) hurry() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting {
		_ = l.SetReadDeadline(past())
	}
}

// request takes the plain request at the beginning of read out of l.in; nil when it is
// none, and then nothing is lost.
func (l *lane) request(ctx context.Context, read []byte) *http.Request {
	if !plain(read) {
		return nil
	}
	r, err := http.ReadRequest(l.in)
	if err != nil || !whole(r) {
		return nil
	}
	r.RemoteAddr = l.peer
	if r = r.WithContext(ctx); l.front.claimed(r) {
		return nil
	}
	return r
}

// call answers r; false when the connection must end.
func (l *lane) call(r *http.Request) (more bool) {
	defer func() {
		if err := recover(); err != nil {
			more = false
			if e, ok := err.(error); !ok || !errors.Is(e, http.ErrAbortHandler) {
				l.front.log.Error("a call broke", "path", r.URL.Path, "error", err, "stack", string(debug.Stack()))
			}
		}
	}()
	l.reply.begin(r)
	l.leaving.watch(l)
	defer func() { more = l.leaving.end(l) && more }()
	l.front.plain(&l.reply, r)
	_ = r.Body.Close()
	return l.reply.finish(l.front.closing())
}
