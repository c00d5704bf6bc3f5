package kube

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"k8s.io/client-go/rest"

	"github.com/labbox/labbox/internal/lab"
)

// The channels of the protocol v5.channel.k8s.io.
const (
	chIn     = 0
	chOut    = 1
	chErr    = 2
	chStatus = 3
	chSize   = 4
	chClose  = 255
)

// fakeExec is the exec subresource of an API server: run is the program.
type fakeExec struct {
	t   *testing.T
	run func(command []string, conn *websocket.Conn)

	mu       sync.Mutex
	commands [][]string
	paths    []string
}

func (f *fakeExec) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{Subprotocols: []string{"v5.channel.k8s.io"}, CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		f.t.Errorf("upgrade: %v", err)
		return
	}
	defer conn.Close()
	command := r.URL.Query()["command"]
	f.mu.Lock()
	f.commands = append(f.commands, command)
	f.paths = append(f.paths, r.URL.Path)
	f.mu.Unlock()
	f.run(command, conn)
	_ = conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""))
}

func (f *fakeExec) ran() [][]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.commands)
}

func say(conn *websocket.Conn, channel byte, text string) {
	_ = conn.WriteMessage(websocket.BinaryMessage, append([]byte{channel}, text...))
}

func mustExecutor(t *testing.T, run func([]string, *websocket.Conn)) (*executor, *fakeExec) {
	t.Helper()
	f := &fakeExec{t: t, run: run}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return &executor{config: &rest.Config{Host: server.URL}}, f
}

const (
	statusWell = `{"metadata":{},"status":"Success"}`
	statusSix  = `{"metadata":{},"status":"Failure","reason":"NonZeroExitCode","message":"it failed","details":{"causes":[{"reason":"ExitCode","message":"6"}]}}`
)

func TestExecStreams(t *testing.T) {
	t.Parallel()
	x, f := mustExecutor(t, func(_ []string, conn *websocket.Conn) {
		var typed strings.Builder
		for {
			_, p, err := conn.ReadMessage()
			if err != nil || p[0] == chClose {
				break
			}
			if p[0] == chIn {
				typed.Write(p[1:])
			}
		}
		say(conn, chOut, "got "+typed.String())
		say(conn, chErr, "and complains")
		say(conn, chStatus, statusSix)
	})
	var out, errOut strings.Builder
	code, err := x.run(t.Context(), lab.Exec{Namespace: "ns", Pod: "pod-0", Container: "c", Command: []string{"prog", "a b"},
		Stdin: strings.NewReader("some input"), Stdout: &out, Stderr: &errOut})
	if err != nil || code != 6 || out.String() != "got some input" || errOut.String() != "and complains" {
		t.Errorf("code %d, %v, said %q and %q", code, err, out.String(), errOut.String())
	}
	command := f.ran()[0]
	if len(command) != 4 || command[0] != "env" || !strings.HasPrefix(command[1], execMark+"=") || command[2] != "prog" || command[3] != "a b" {
		t.Errorf("command %q", command)
	}
	if f.paths[0] != "/api/v1/namespaces/ns/pods/pod-0/exec" {
		t.Errorf("path %s", f.paths[0])
	}
}

func TestExecTerminal(t *testing.T) {
	t.Parallel()
	x, _ := mustExecutor(t, func(_ []string, conn *websocket.Conn) {
		for {
			_, p, err := conn.ReadMessage()
			if err != nil {
				return
			}
			if p[0] == chSize {
				say(conn, chOut, "size "+string(p[1:]))
				say(conn, chStatus, statusWell)
				return
			}
		}
	})
	sizes := make(chan lab.TerminalSize, 1)
	sizes <- lab.TerminalSize{Cols: 100, Rows: 40}
	in, out := &blocked{done: t.Context().Done()}, &strings.Builder{}
	code, err := x.run(t.Context(), lab.Exec{Command: []string{"bash"}, TTY: true, Stdin: in, Stdout: out, Sizes: sizes})
	if err != nil || code != 0 || !strings.Contains(out.String(), `"Width":100`) || !strings.Contains(out.String(), `"Height":40`) {
		t.Errorf("code %d, %v, said %q", code, err, out.String())
	}
}

// blocked is standard input on which nobody types.
type blocked struct{ done <-chan struct{} }

func (b *blocked) Read([]byte) (int, error) {
	<-b.done
	return 0, context.Canceled
}

// What is broken off is killed by a second program, which knows it by its mark.
func TestExecCancelKills(t *testing.T) {
	t.Parallel()
	started := make(chan struct{})
	x, f := mustExecutor(t, func(command []string, conn *websocket.Conn) {
		if command[0] != "env" { // the killer
			say(conn, chStatus, statusWell)
			return
		}
		close(started)
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				return
			}
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-started
		cancel()
	}()
	_, err := x.run(ctx, lab.Exec{Command: []string{"sleep", "1000"}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	ran := f.ran()
	if len(ran) != 2 {
		t.Fatalf("ran %q, want the program and the one that kills it", ran)
	}
	mark := strings.TrimPrefix(ran[0][1], execMark+"=")
	if killer := ran[1]; killer[2] != killScript || killer[4] != mark || len(mark) < 20 {
		t.Errorf("the mark is %q, the killer %q", mark, killer)
	}
}

func TestExecRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"pod-0\" not found","reason":"NotFound","code":404}`))
	}))
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := (&executor{config: &rest.Config{Host: server.URL}}).run(ctx, lab.Exec{Namespace: "ns", Pod: "pod-0", Command: []string{"ls"}})
	if err == nil || !strings.Contains(err.Error(), "not found") || !strings.Contains(err.Error(), "ns/pod-0") {
		t.Errorf("error %v", err)
	}
}

// Nothing is written once Exec has returned, and never by two at a time.
func TestGate(t *testing.T) {
	t.Parallel()
	g := &gate{}
	var said strings.Builder
	one, two := g.guard(&said), g.guard(&said)
	var both sync.WaitGroup
	for _, w := range []interface{ Write([]byte) (int, error) }{one, two} {
		both.Go(func() {
			for range 1000 {
				_, _ = w.Write([]byte("abcd"))
			}
		})
	}
	both.Wait()
	g.shut()
	if _, err := one.Write([]byte("late")); err == nil || said.Len() != 8000 {
		t.Errorf("%v after the end; %d bytes, want 8000", err, said.Len())
	}
}

// The mark may be anywhere in the environment; children that left the session have it,
// too, and who ignores the first signals gets the last one.
func TestKillScript(t *testing.T) {
	t.Parallel()
	mustStart := func(mark string) *exec.Cmd {
		cmd := exec.Command("sh", "-c", `trap "" HUP TERM; (setsid sleep 1000 &); echo up; while :; do sleep 1000; done`)
		cmd.Env = []string{"PATH=/usr/bin:/bin", "A=1", execMark + "=" + mark, "Z=2"}
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = exec.Command("sh", "-c", killScript, "sh", mark).Run(); _ = cmd.Wait() })
		if _, err := out.Read(make([]byte, 3)); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	doomed, other := mustStart(rand.Text()), mustStart(rand.Text())
	mark := strings.TrimPrefix(doomed.Env[2], execMark+"=")
	if said, err := exec.Command("sh", "-c", killScript, "sh", mark).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	// Standard output ends when the last of them is gone; Wait waits for that.
	gone := make(chan error, 1)
	go func() { gone <- doomed.Wait() }()
	select {
	case <-gone:
	case <-time.After(20 * time.Second):
		t.Error("something that was marked lives on")
	}
	if err := other.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("what carries another mark was killed, too: %v", err)
	}
}
