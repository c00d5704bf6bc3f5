package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// heartbeat is the longest time the terminal stays silent while work goes on.
const heartbeat = time.Second

// printer turns the event stream into lines. On a terminal the last line lives;
// elsewhere each sign of life is a line of its own.
//
//	event ──► state of the subject ──► finished line
//	            └── every heartbeat ──► running line
type printer struct {
	mu    sync.Mutex
	out   io.Writer
	live  bool // a terminal: the running line is overwritten
	now   func() time.Time
	since map[string]time.Time
	open  []string // subjects under way, in the order they began
	last  map[string]lab.Event
	lived bool // a running line is on the screen
}

func newPrinter(out io.Writer) *printer {
	return &printer{out: out, live: isTerminal(out), now: time.Now,
		since: map[string]time.Time{}, last: map[string]lab.Event{}}
}

func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

// Event prints e if it starts or ends something.
func (p *printer) Event(e lab.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := string(e.Kind) + "/" + e.Subject
	switch e.State {
	case lab.StateRunning:
		if _, open := p.since[key]; !open {
			p.since[key] = p.now()
			p.open = append(p.open, key)
		}
		p.last[key] = e
	case lab.StateReady, lab.StateFailed:
		p.finish(key, e)
	}
}

func (p *printer) finish(key string, e lab.Event) {
	began, open := p.since[key]
	if !open {
		return
	}
	p.erase()
	mark := "✓"
	if e.State == lab.StateFailed {
		mark = "✗"
	}
	fmt.Fprintf(p.out, " %s %-52s %6.1f s\n", mark, title(e), p.now().Sub(began).Seconds())
	delete(p.since, key)
	for i, k := range p.open {
		if k == key {
			p.open = append(p.open[:i], p.open[i+1:]...)
			break
		}
	}
}

// Beat prints what is under way, so that the terminal is never silent.
func (p *printer) Beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.open) == 0 {
		return
	}
	key := p.open[len(p.open)-1]
	p.erase()
	line := fmt.Sprintf(" … %s  %.0f s", running(p.last[key]), p.now().Sub(p.since[key]).Seconds())
	if p.live {
		fmt.Fprint(p.out, line)
		p.lived = true
		return
	}
	fmt.Fprintln(p.out, line)
}

// erase removes the running line from a terminal.
func (p *printer) erase() {
	if p.lived {
		fmt.Fprint(p.out, "\r\x1b[2K")
		p.lived = false
	}
}

// Run beats until stop is closed, then removes the running line.
func (p *printer) Run(stop <-chan struct{}) {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			p.Beat()
		case <-stop:
			p.mu.Lock()
			p.erase()
			p.mu.Unlock()
			return
		}
	}
}

func title(e lab.Event) string {
	if e.Title != "" {
		return e.Title
	}
	return e.Subject
}

func running(e lab.Event) string {
	text := title(e)
	if e.Progress == nil {
		return text
	}
	if e.Progress.Message != "" {
		text += ": " + strings.TrimSpace(e.Progress.Message)
	}
	if e.Progress.Total > 0 {
		text += fmt.Sprintf(" (%d of %d)", e.Progress.Done, e.Progress.Total)
	}
	return text
}
