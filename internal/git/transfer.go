package git

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// lastBytes is how long a request may still take to end after git has.
const lastBytes = time.Second

// transfer is a git process between the body of a request and its response.
type transfer struct {
	cmd *exec.Cmd
	// body goes to git; nil means nothing does.
	body io.Reader
	// head comes before what git says.
	head string
}

// serve runs t to its end. A response that cannot be completed ends with the
// connection, so that no client takes a part for the whole.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, t transfer) {
	cmd := t.cmd
	release, err := s.store.run.acquire(r.Context())
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	defer release()
	conn := &movingConn{w: w, ctl: http.NewResponseController(w), body: t.body, idle: s.opt.IdleTimeout}
	stderr := &limitedBuffer{limit: 4 << 10}
	cmd.Stdout, cmd.Stderr = conn, stderr
	// When the client goes, the pipes close, and git and its children end by themselves
	// and in order. Only what is still there after WaitDelay is killed.
	cmd.Cancel = func() error { return nil }
	if t.head != "" {
		_, _ = io.WriteString(conn, t.head)
	}
	if err = conn.run(cmd); err == nil {
		return
	}
	if r.Context().Err() == nil {
		s.log.Warn("git", "do", cmd.Args[1], "repo", repoName(r), "err", err, "stderr", string(bytes.TrimSpace(stderr.Bytes())))
	}
	if conn.wrote {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Connection", "close")
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) || errors.Is(err, errTooBig) {
		s.fail(w, r, http.StatusRequestEntityTooLarge, "the request is too large")
		return
	}
	s.fail(w, r, http.StatusInternalServerError, "git could not do it")
}

// movingConn is the body and the response of one request; a peer that moves no
// byte for idle is cut off.
type movingConn struct {
	w     http.ResponseWriter
	ctl   *http.ResponseController
	body  io.Reader
	idle  time.Duration
	wrote bool
}

// run runs cmd to its end; the body is not read any more when it returns.
func (c *movingConn) run(cmd *exec.Cmd) error {
	if c.body == nil {
		return cmd.Run()
	}
	_ = c.ctl.EnableFullDuplex() // git reports progress while it still reads
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	fed := make(chan error, 1)
	go func() {
		_, err := io.Copy(writerOnly{stdin}, c)
		_ = stdin.Close()
		fed <- err
	}()
	gitErr := cmd.Wait()
	timer := time.NewTimer(lastBytes)
	defer timer.Stop()
	var bodyErr error
	select {
	case bodyErr = <-fed:
	case <-timer.C:
		_ = c.ctl.SetReadDeadline(time.Unix(1, 0)) // wakes the reader
		bodyErr = <-fed
	}
	if errors.Is(bodyErr, os.ErrClosed) || errors.Is(bodyErr, syscall.EPIPE) {
		bodyErr = nil // git ended first; what it says counts
	}
	return errors.Join(gitErr, bodyErr)
}

// Read reads from the body and moves the deadline along.
func (c *movingConn) Read(p []byte) (int, error) {
	_ = c.ctl.SetReadDeadline(time.Now().Add(c.idle))
	return c.body.Read(p)
}

// Write writes to the response, at once, and moves the deadline along.
func (c *movingConn) Write(p []byte) (int, error) {
	_ = c.ctl.SetWriteDeadline(time.Now().Add(c.idle))
	c.wrote = true
	n, err := c.w.Write(p)
	if err == nil {
		err = c.ctl.Flush()
	}
	return n, err
}

// writerOnly hides ReadFrom, which would not move deadlines.
type writerOnly struct{ io.Writer }
