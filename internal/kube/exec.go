package kube

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/util/exec"

	"github.com/labbox/labbox/internal/lab"
)

// killPatience bounds the clean-up after a program that was broken off.
const killPatience = 10 * time.Second

// execMark is the variable by which everything that one Exec has started is found: the
// kernel hands it on from parent to child.
const execMark = "LABBOX_EXEC"

// killScript ends what carries the mark: asks it first, as a terminal that is closed
// does, and then does not ask.
const killScript = `for signal in HUP TERM KILL; do
  found=
  for p in /proc/[0-9]*; do
    if tr '\0' '\n' < "$p/environ" | grep -qxF "` + execMark + `=$1" && kill -$signal "${p#/proc/}"; then found=1; fi
  done 2> /dev/null
  [ -n "$found" ] || exit 0
  sleep 0.2
done`

// Exec implements lab.Executor over the exec subresource of the API.
func (c *Cluster) Exec(ctx context.Context, e lab.Exec) (int, error) {
	config, err := c.streamConfig()
	if err != nil {
		return 0, err
	}
	return (&executor{config: config}).run(ctx, e)
}

// streamConfig is for connections that are upgraded: their client cannot be given a way
// to dial, so that it takes the port that the API is forwarded from.
func (c *Cluster) streamConfig() (*rest.Config, error) {
	if err := c.connect(); err != nil {
		return nil, err
	}
	config := rest.CopyConfig(c.clients.config)
	config.Dial = nil
	config.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	config.Host = "https://" + net.JoinHostPort(c.opts.Listen, strconv.Itoa(c.opts.APIPort))
	config.TLSClientConfig.ServerName = "127.0.0.1"
	return config, nil
}

// executor runs programs over one API.
type executor struct{ config *rest.Config }

func (x *executor) run(ctx context.Context, e lab.Exec) (int, error) {
	mark := rand.Text()
	marked := e
	marked.Command = append([]string{"env", execMark + "=" + mark}, e.Command...)
	code, err := x.stream(ctx, marked)
	if ctx.Err() == nil {
		return code, err
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), killPatience)
	defer cancel()
	killer := lab.Exec{Namespace: e.Namespace, Pod: e.Pod, Container: e.Container,
		Command: []string{"sh", "-c", killScript, "sh", mark}}
	if _, err := x.stream(bounded, killer); err != nil {
		return 0, errors.Join(ctx.Err(), fmt.Errorf("end what was started: %w", err))
	}
	return 0, ctx.Err()
}

// stream connects the program with its streams until it ends or ctx is done.
func (x *executor) stream(ctx context.Context, e lab.Exec) (int, error) {
	client, err := remotecommand.NewWebSocketExecutor(x.config, http.MethodGet, x.url(e))
	if err != nil {
		return 0, fmt.Errorf("run %s in %s/%s: %w", e.Command[0], e.Namespace, e.Pod, err)
	}
	gate := &gate{}
	defer gate.shut()
	options := remotecommand.StreamOptions{Stdin: e.Stdin, Stdout: gate.guard(e.Stdout), Tty: e.TTY}
	if !e.TTY {
		options.Stderr = gate.guard(e.Stderr)
	}
	if e.Sizes != nil {
		options.TerminalSizeQueue = sizes{ctx.Done(), e.Sizes}
	}
	err = client.StreamWithContext(ctx, options)
	var exited exec.CodeExitError
	if errors.As(err, &exited) {
		return exited.Code, nil
	}
	if err != nil {
		return 0, fmt.Errorf("run a program in %s/%s: %w", e.Namespace, e.Pod, err)
	}
	return 0, nil
}

func (x *executor) url(e lab.Exec) string {
	q := url.Values{"container": {e.Container}, "command": e.Command, "stdout": {"true"}}
	q.Set("stdin", strconv.FormatBool(e.Stdin != nil))
	q.Set("stderr", strconv.FormatBool(!e.TTY))
	q.Set("tty", strconv.FormatBool(e.TTY))
	return strings.TrimSuffix(x.config.Host, "/") + path.Join("/api/v1/namespaces", e.Namespace, "pods", e.Pod, "exec") + "?" + q.Encode()
}

// gate lets one of several writers through at a time, and nothing once it is shut: a
// stream that is broken off may have something left in its hands.
type gate struct {
	mu   sync.Mutex
	over bool
}

type guarded struct {
	gate *gate
	to   io.Writer
}

func (g *gate) guard(w io.Writer) io.Writer {
	if w == nil {
		w = io.Discard
	}
	return guarded{g, w}
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
}

func (w guarded) Write(p []byte) (int, error) {
	w.gate.mu.Lock()
	defer w.gate.mu.Unlock()
	if w.gate.over {
		return 0, io.ErrClosedPipe
	}
	return w.to.Write(p)
}

// sizes hands the sizes of a terminal on until the program is over.
type sizes struct {
	done <-chan struct{}
	from <-chan lab.TerminalSize
}

// Next implements remotecommand.TerminalSizeQueue.
func (s sizes) Next() *remotecommand.TerminalSize {
	select {
	case size, ok := <-s.from:
		if !ok {
			return nil
		}
		return &remotecommand.TerminalSize{Width: size.Cols, Height: size.Rows}
	case <-s.done:
		return nil
	}
}
