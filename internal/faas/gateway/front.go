package gateway

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// frontBuffer holds a plain request whole, its head and its body.
const frontBuffer = 8 << 10

// front stands between a listener and http.Server, and answers plain calls itself: whole
// requests of functions that lie in the buffer after one read. http.Server reads on in
// the background while a call runs and sets a deadline half a dozen times, which costs
// it more than all the rest of a short call. Whatever is not plain goes on to it, with
// every byte read so far, and so does all that comes later over that connection.
//
//	accept ─► read ─► plain? ─► call ─► answer ─► read ...
//	                    └ no ─► Accept, for http.Server
type front struct {
	net.Listener
	plain         http.HandlerFunc         // answers a plain call
	claimed       func(*http.Request) bool // says whether somebody else answers it
	headerTimeout time.Duration            // of a new connection's first byte
	writeTimeout  time.Duration            // of each write; 0: none
	log           *slog.Logger

	passed chan net.Conn
	failed chan error

	mu     sync.Mutex
	lanes  map[*lane]struct{}
	closed chan struct{}
	calls  sync.WaitGroup
}

// newFront accepts connections of l until the front is closed.
func (s *Server) newFront(l net.Listener) *front {
	f := &front{
		Listener: l, plain: s.invoke, claimed: func(r *http.Request) bool { return s.matched(r) != nil },
		headerTimeout: s.config.ReadTimeout, writeTimeout: s.config.WriteTimeout, log: s.log,
		passed: make(chan net.Conn), failed: make(chan error), lanes: map[*lane]struct{}{}, closed: make(chan struct{}),
	}
	go f.accept()
	return f
}

func (f *front) accept() {
	for {
		conn, err := f.Listener.Accept()
		if err != nil {
			select {
			case f.failed <- err: // http.Server knows which ones pass, and waits
				continue
			case <-f.closed:
				return
			}
		}
		ctx, cancel := context.WithCancel(context.Background())
		if l := f.open(conn, cancel); l != nil {
			go l.run(ctx)
		}
	}
}

// open notes a connection; nil when the front is closed.
func (f *front) open(conn net.Conn, cancel context.CancelFunc) *lane {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closing() {
		cancel()
		_ = conn.Close()
		return nil
	}
	stream := prompt(conn)
	l := &lane{Conn: conn, front: f, in: bufio.NewReaderSize(stream, frontBuffer), peer: conn.RemoteAddr().String(), cancel: cancel}
	l.reply.conn, l.reply.to, l.reply.timeout = conn, stream, f.writeTimeout
	f.lanes[l] = struct{}{}
	f.calls.Add(1)
	return l
}

// Accept implements net.Listener: it returns connections whose next request is not
// plain.
func (f *front) Accept() (net.Conn, error) {
	select {
	case conn := <-f.passed:
		return conn, nil
	case err := <-f.failed:
		return nil, err
	case <-f.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener: calls that run get their answer.
func (f *front) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closing() {
		return net.ErrClosed
	}
	close(f.closed)
	for l := range f.lanes {
		l.hurry()
	}
	return f.Listener.Close()
}

// drain waits for the calls that run when the front is closed, and ends them with ctx.
func (f *front) drain(ctx context.Context) error {
	ended := make(chan struct{})
	go func() { f.calls.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	f.mu.Lock()
	for l := range f.lanes {
		l.cancel()
		_ = l.Conn.Close()
	}
	f.mu.Unlock()
	<-ended
	return ctx.Err()
}

func (f *front) closing() bool {
	select {
	case <-f.closed:
		return true
	default:
		return false
	}
}

// pass hands conn and what was read of it to http.Server.
func (f *front) pass(conn net.Conn, read []byte) {
	_ = conn.SetDeadline(time.Time{})
	select {
	case f.passed <- &passedConn{conn, read}:
	case <-f.closed:
		_ = conn.Close()
	}
}

// passedConn is a connection some of which was read before.
type passedConn struct {
	net.Conn
	read []byte
}

// Read returns first what was read before.
func (c *passedConn) Read(p []byte) (int, error) {
	if len(c.read) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.read)
	c.read = c.read[n:]
	return n, nil
}

// CloseWrite ends one direction: http.Server does that before it leaves a request unread,
// so that the client gets the answer.
func (c *passedConn) CloseWrite() error {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		return tcp.CloseWrite()
	}
	return nil
}
