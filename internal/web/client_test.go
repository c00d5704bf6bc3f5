package web

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/lab"
)

// mustSocket serves a demo's admin handler on a unix socket.
func mustSocket(t *testing.T, d *demo) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "labbox.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: d.server.AdminHandler()}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return path
}

func TestClient(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	d.ready(t)
	c, ctx := NewClient(mustSocket(t, d)), t.Context()
	if status, err := c.Status(ctx); err != nil || !status.Ready || len(status.Components) != 16 {
		t.Errorf("Status: %+v, %v", status, err)
	}
	if up, err := c.Up(ctx); err != nil || letters(up.Steps) != "ddddddd" || up.Last != 15 {
		t.Errorf("Up: %+v, %v", up, err)
	}
	if links, err := c.Links(ctx); err != nil || len(links) != 5 {
		t.Errorf("Links: %v, %v", links, err)
	}
	if modules, err := c.Modules(ctx); err != nil || len(modules) != 5 {
		t.Errorf("Modules: %v, %v", modules, err)
	}
	if capstone, err := c.Capstone(ctx); err != nil || capstone.Last == nil || !capstone.Last.Passed {
		t.Errorf("Capstone: %+v, %v", capstone, err)
	}
	if err := c.RunCapstone(ctx); err != nil {
		t.Errorf("RunCapstone: %v", err)
	}
	var e *lab.Error
	if err := c.RunCapstone(ctx); !errors.As(err, &e) || e.Code != lab.CodeRunning || e.Hint == "" {
		t.Errorf("second RunCapstone: %v", err)
	}
	if err := c.ResetCapstone(ctx); err != nil || d.resets != 1 {
		t.Errorf("ResetCapstone: %v, %d", err, d.resets)
	}
	var out bytes.Buffer
	if err := c.Logs(ctx, LogRequest{Component: "a/b c", Tail: 3}, &out); err != nil || !strings.Contains(out.String(), "a/b c reconciled") {
		t.Errorf("Logs: %v %q", err, out.String())
	}
	if err := c.Logs(ctx, LogRequest{Component: "broken"}, &out); lab.AsError(err).Code != lab.CodeNotFound {
		t.Errorf("Logs of nothing: %v", err)
	}
	if err := c.Stop(ctx); err != nil || d.stops != 1 {
		t.Errorf("Stop: %v, %d", err, d.stops)
	}
}

func TestClientFollowsLogs(t *testing.T) {
	t.Parallel()
	c := NewClient(mustSocket(t, newDemo(t)))
	ctx, cancel := context.WithCancel(t.Context())
	err := c.Logs(ctx, LogRequest{Component: "mlflow", Follow: true}, writerFunc(func(p []byte) { cancel() }))
	if err != nil {
		t.Errorf("following until the context ends: %v", err)
	}
}

func TestClientEvents(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	c := NewClient(mustSocket(t, d))
	d.emit(t, 0, lab.Event{Kind: lab.EventStep, Subject: "look", State: lab.StateReady})
	enough := errors.New("enough")
	var seen []int64
	err := c.Events(t.Context(), 0, func(e lab.Event) error {
		if seen = append(seen, e.ID); len(seen) == 1 {
			d.emit(t, 0, lab.Event{Kind: lab.EventStep, Subject: "boot", State: lab.StateRunning})
			return nil
		}
		return enough
	})
	if !errors.Is(err, enough) || len(seen) != 2 || seen[1] != 2 {
		t.Errorf("saw %v, %v", seen, err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	if err := c.Events(ctx, 0, func(lab.Event) error { cancel(); return nil }); err != nil {
		t.Errorf("after the context ended: %v", err)
	}

	if err := c.Events(t.Context(), 0, func(lab.Event) error { d.server.Close(); return nil }); lab.AsError(err).Code != lab.CodeNotRunning {
		t.Errorf("after the lab ended: %v", err)
	}
}

func TestClientWithoutLab(t *testing.T) {
	t.Parallel()
	_, err := NewClient(filepath.Join(t.TempDir(), "none.sock")).Status(t.Context())
	if e := lab.AsError(err); e.Code != lab.CodeNotRunning || e.Hint == "" {
		t.Errorf("no socket: %v", err)
	}
	path := filepath.Join(t.TempDir(), "dead.sock")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := NewClient(path).Status(t.Context()); lab.AsError(err).Code != lab.CodeNotRunning {
		t.Errorf("socket of a dead lab: %v", err)
	}
}

type writerFunc func([]byte)

func (f writerFunc) Write(p []byte) (int, error) { f(p); return len(p), nil }
