package web

import (
	"bytes"
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// viewerQueue is how many pieces of output may wait for a slow viewer; then the shell
// waits, as with any terminal.
const viewerQueue = 32

// terminalEnd is the last thing that a viewer hears.
type terminalEnd struct {
	Ended  string     `json:"ended"`
	Code   int        `json:"code"`
	Failed *lab.Error `json:"error,omitempty"`
}

// viewer is one connection that looks at a terminal.
type viewer struct {
	out  chan []byte
	last chan terminalEnd // has room for one
	gone chan struct{}
	once sync.Once
}

func newViewer() *viewer {
	return &viewer{out: make(chan []byte, viewerQueue), last: make(chan terminalEnd, 1), gone: make(chan struct{})}
}

// leave lets go of a terminal that waits for the viewer; it may be called twice.
func (v *viewer) leave() { v.once.Do(func() { close(v.gone) }) }

func (v *viewer) tell(e terminalEnd) {
	select {
	case v.last <- e:
	default: // it has been told already
	}
}

// terminal is one shell and what it has said.
type terminal struct {
	id     string
	limits terminalLimits
	in     *io.PipeReader
	typed  *io.PipeWriter
	sizes  chan lab.TerminalSize
	cancel context.CancelFunc

	mu     sync.Mutex
	viewer *viewer
	kept   []byte
	cut    bool // kept has lost its beginning
	reason string
	over   bool
	lonely time.Time
	timer  *time.Timer // ends it when nobody looks or types for too long
}

func newTerminal(id string, limits terminalLimits, cancel context.CancelFunc) *terminal {
	t := &terminal{id: id, limits: limits, sizes: make(chan lab.TerminalSize, 1), cancel: cancel}
	t.in, t.typed = io.Pipe()
	t.timer = time.AfterFunc(limits.idle, func() { t.end(endIdle) })
	return t
}

// attach makes v the one viewer and shows it what was said before; a viewer from
// before is told that it is not any more. It returns false when the shell is over.
func (t *terminal) attach(v *viewer) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over || t.reason != "" {
		return false
	}
	if before := t.viewer; before != nil {
		before.tell(terminalEnd{Ended: endTaken})
		before.leave()
	}
	t.viewer, t.lonely = v, time.Time{}
	t.timer.Reset(t.limits.idle)
	if shown := t.scrollback(); len(shown) > 0 {
		v.out <- shown // the queue is empty
	}
	return true
}

// scrollback is what is kept, from the beginning of a line.
func (t *terminal) scrollback() []byte {
	shown := t.kept
	if t.cut {
		_, after, found := bytes.Cut(shown, []byte("\n"))
		if found {
			shown = after
		}
	}
	return slices.Clone(shown)
}

// detach takes leave of a viewer; the shell goes on for a while.
func (t *terminal) detach(v *viewer) {
	v.leave()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.viewer != v || t.over {
		return
	}
	t.viewer, t.lonely = nil, time.Now()
	t.timer.Reset(t.limits.keep)
}

// lonelySince is when the last viewer left; zero while there is one.
func (t *terminal) lonelySince() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lonely
}

// Write takes what the shell says; it waits for a slow viewer, not for one that left.
func (t *terminal) Write(p []byte) (int, error) {
	said := slices.Clone(p)
	t.mu.Lock()
	t.kept = append(t.kept, said...)
	if over := len(t.kept) - t.limits.scrollback; over > 0 {
		t.kept, t.cut = slices.Delete(t.kept, 0, over), true
	}
	v := t.viewer
	t.mu.Unlock()
	if v != nil {
		select {
		case v.out <- said:
		case <-v.gone:
		}
	}
	return len(p), nil
}

// input hands on what the viewer typed; it blocks while the shell does not read.
func (t *terminal) input(p []byte) error {
	t.mu.Lock()
	if !t.over {
		t.timer.Reset(t.limits.idle)
	}
	t.mu.Unlock()
	_, err := t.typed.Write(p)
	return err
}

// resize keeps the newest size only.
func (t *terminal) resize(size lab.TerminalSize) {
	t.mu.Lock()
	defer t.mu.Unlock()
	select {
	case <-t.sizes:
	default:
	}
	t.sizes <- size
}

// end asks the shell to end; finish follows when it has.
func (t *terminal) end(reason string) {
	t.mu.Lock()
	if t.reason == "" {
		t.reason = reason
	}
	t.mu.Unlock()
	t.cancel()
}

// finish is called once the shell is over.
func (t *terminal) finish(code int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	t.timer.Stop()
	_ = t.in.CloseWithError(io.ErrClosedPipe) // whoever types is told
	e := terminalEnd{Ended: t.reason, Code: code}
	switch {
	case e.Ended != "":
	case err != nil:
		e.Ended, e.Failed = endFailed, lab.AsError(err)
	default:
		e.Ended = endExit
	}
	if t.viewer != nil {
		t.viewer.tell(e)
	}
	t.cancel()
}
