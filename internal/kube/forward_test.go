package kube

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// mustListen listens on a free port of loopback until the test ends.
func mustListen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func TestForwardCopiesBothWays(t *testing.T) {
	t.Parallel()
	far := mustListen(t)
	go func() {
		for {
			conn, err := far.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				question, _ := io.ReadAll(conn) // ends only if the half-close arrives
				_, _ = conn.Write(append([]byte("re: "), question...))
			}()
		}
	}()
	free := mustListen(t)
	listen := free.Addr().String()
	free.Close()
	c := New(Options{DataDir: t.TempDir()})
	svc := c.forward("test", listen, func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", far.Addr().String())
	})
	ctx, cancel := context.WithCancel(t.Context())
	ready, result := make(chan struct{}), make(chan error, 1)
	go func() { result <- svc.Run(ctx, func() { close(ready) }) }()
	<-ready
	conn, err := net.Dial("tcp", listen)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || string(answer) != "re: hello" {
		t.Errorf("got %q, %v", answer, err)
	}
	open, err := net.Dial("tcp", listen) // an open connection must not hold up the stop
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	cancel()
	select {
	case err := <-result:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("the forwarder did not stop")
	}
}

func TestForwardOnTakenPort(t *testing.T) {
	t.Parallel()
	taken := mustListen(t)
	c := New(Options{DataDir: t.TempDir()})
	err := c.forward("test", taken.Addr().String(), nil).Run(t.Context(), func() { t.Error("ready") })
	var known *lab.Error
	if !errors.As(err, &known) || known.Code != lab.CodePort {
		t.Errorf("got %v", err)
	}
}

func TestDialRefusesNames(t *testing.T) {
	t.Parallel()
	c := New(Options{DataDir: t.TempDir()})
	for _, addr := range []string{"localhost:80", "[::1]:80", "10.43.0.1"} {
		if _, err := c.DialContext(t.Context(), "tcp", addr); err == nil {
			t.Errorf("%s was dialled", addr)
		}
	}
	if _, err := c.DialContext(t.Context(), "tcp", "10.43.0.1:80"); err == nil {
		t.Error("dialled though the sandbox does not run")
	}
}
