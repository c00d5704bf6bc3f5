package gateway

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

// sockets returns the two ends of a connection.
func sockets(t *testing.T) (near, far *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	a, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = a.Close(), b.Close() })
	return a.(*net.TCPConn), b.(*net.TCPConn)
}

func TestPromptMovesEveryByteAndTheEnd(t *testing.T) {
	near, far := sockets(t)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<20) // more than the sockets hold
	go func() {
		if n, err := prompt(near).Write(sent); n != len(sent) || err != nil {
			t.Errorf("wrote %d of %d: %v", n, len(sent), err)
		}
		_ = near.CloseWrite()
	}()
	got, err := io.ReadAll(prompt(far))
	if err != nil || !bytes.Equal(got, sent) {
		t.Fatalf("read %d of %d: %v", len(got), len(sent), err)
	}
}

func TestPromptKeepsDeadlines(t *testing.T) {
	near, _ := sockets(t)
	stream := prompt(near)
	_ = near.SetDeadline(time.Now().Add(20 * time.Millisecond))
	var late net.Error
	if _, err := stream.Read(make([]byte, 1)); !errors.As(err, &late) || !late.Timeout() {
		t.Errorf("read: %v", err)
	}
	if _, err := stream.Write(make([]byte, 64<<20)); !errors.As(err, &late) || !late.Timeout() {
		t.Errorf("write: %v", err)
	}
}

func TestPromptSaysWhatFailed(t *testing.T) {
	near, far := sockets(t)
	stream := prompt(near)
	_ = far.SetLinger(0)
	_ = far.Close() // with a reset
	var failed *net.OpError
	if _, err := stream.Read(make([]byte, 1)); !errors.As(err, &failed) || failed.Op != "read" || failed.Timeout() {
		t.Errorf("read of a connection that was reset: %v", err)
	}
	_ = near.Close()
	if _, err := stream.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("write to a closed connection: %v", err)
	}
}

func TestPromptLeavesWhatIsNoSocket(t *testing.T) {
	near, _ := net.Pipe()
	if stream := prompt(near); stream != io.ReadWriter(near) {
		t.Errorf("a pipe became %T", stream)
	}
}
