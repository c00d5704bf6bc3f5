package web

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Shell is one interactive shell that Options.Shell runs. In and Sizes end when nobody
// will type any more.
type Shell struct {
	In    io.Reader
	Out   io.Writer
	Sizes <-chan lab.TerminalSize
	// Lesson is where the shell begins, "" for the learner's home.
	Lesson string
}

// terminalLimits keep terminals from piling up.
type terminalLimits struct {
	// most is how many there are at once.
	most int
	// keep is how long a shell lives that nobody looks at, idle how long one that nobody
	// types into.
	keep, idle time.Duration
	// scrollback is how many bytes are shown again to who comes back.
	scrollback int
}

func usualTerminalLimits() terminalLimits {
	return terminalLimits{most: 8, keep: 10 * time.Minute, idle: 2 * time.Hour, scrollback: 256 << 10}
}

// The reasons for the end of a terminal, as the browser is told.
const (
	endExit   = "exit"   // the shell ended by itself
	endIdle   = "idle"   // nobody typed for long
	endTaken  = "taken"  // it was opened elsewhere; the shell goes on
	endFailed = "failed" // it could not be run
	endClosed = "closed" // the lab stops, or it made room for another
	// endSignedOut is for the owner's browser that is not any more.
	endSignedOut = "signedout"
)

// terminals are the shells that run. A shell lives longer than the connection of its
// viewer, so that a page can be reloaded:
//
//	attach ─► viewer ──(connection lost)──► kept ──(keep is over)──► ended
//	             ▲                            │
//	             └─────────(attach)───────────┘
type terminals struct {
	run    func(ctx context.Context, s Shell) (int, error)
	limits terminalLimits
	log    *slog.Logger

	mu      sync.Mutex
	all     map[string]*terminal
	closed  bool
	running sync.WaitGroup
}

func newTerminals(run func(context.Context, Shell) (int, error), log *slog.Logger) *terminals {
	return &terminals{run: run, limits: usualTerminalLimits(), log: log, all: map[string]*terminal{}}
}

// terminalHello is what a browser says first.
type terminalHello struct {
	// Session is the terminal to go on with, "" for a new one.
	Session string `json:"session"`
	Lesson  string `json:"lesson"`
	Cols    uint16 `json:"cols"`
	Rows    uint16 `json:"rows"`
}

func (h terminalHello) size() lab.TerminalSize {
	return lab.TerminalSize{Cols: min(max(h.Cols, 2), 1000), Rows: min(max(h.Rows, 2), 1000)}
}

// attach connects a viewer with the terminal that it names, or with a new one. The
// caller detaches it. CodeNotReady when there are too many.
func (ts *terminals) attach(ctx context.Context, hello terminalHello, v *viewer) (t *terminal, resumed bool, err error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.closed {
		return nil, false, notYet("the terminal")
	}
	if known := ts.all[hello.Session]; known != nil && known.attach(v) {
		known.resize(hello.size())
		return known, true, nil
	}
	if err := ts.makeRoom(); err != nil {
		return nil, false, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	t = newTerminal(rand.Text(), ts.limits, cancel)
	ts.all[t.id] = t
	t.attach(v)
	t.resize(hello.size())
	ts.running.Go(func() {
		code, err := ts.run(ctx, Shell{In: t.in, Out: t, Sizes: t.sizes, Lesson: hello.Lesson})
		ts.mu.Lock()
		delete(ts.all, t.id)
		ts.mu.Unlock()
		if err != nil && ctx.Err() == nil {
			ts.log.Warn("a terminal's shell", "error", err)
		}
		t.finish(code, err)
	})
	return t, false, nil
}

// makeRoom ends the terminal that has been without a viewer for longest when there are
// as many as may be.
func (ts *terminals) makeRoom() error {
	if len(ts.all) < ts.limits.most {
		return nil
	}
	var lonely []*terminal
	for _, t := range ts.all {
		if !t.lonelySince().IsZero() {
			lonely = append(lonely, t)
		}
	}
	if len(lonely) == 0 {
		return lab.Errorf(lab.CodeNotReady, "close a terminal in another tab, or type exit there", "%d terminals are open", len(ts.all))
	}
	oldest := slices.MinFunc(lonely, func(a, b *terminal) int { return a.lonelySince().Compare(b.lonelySince()) })
	delete(ts.all, oldest.id)
	oldest.end(endClosed)
	return nil
}

// close ends all terminals and waits for their shells; none is opened any more.
func (ts *terminals) close() {
	ts.mu.Lock()
	ts.closed = true
	for _, t := range ts.all {
		t.end(endClosed)
	}
	ts.mu.Unlock()
	ts.running.Wait()
}
