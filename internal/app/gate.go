package app

import (
	"context"
	"sync"
)

// imageGate lets charts wait for the images they start, while other images are
// still being imported.
type imageGate struct {
	mu      sync.Mutex
	have    map[string]bool
	failed  error
	changed chan struct{} // closed and replaced at every change
}

func newImageGate() *imageGate {
	return &imageGate{have: map[string]bool{}, changed: make(chan struct{})}
}

// Imported lets those through that wait for ref.
func (g *imageGate) Imported(ref string) { g.set(func() { g.have[ref] = true }) }

// Fail lets everybody through with err; a later Imported clears nothing.
func (g *imageGate) Fail(err error) { g.set(func() { g.failed = err }) }

// Reset forgets a failure, before another attempt.
func (g *imageGate) Reset() { g.set(func() { g.failed = nil }) }

func (g *imageGate) set(change func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change()
	close(g.changed)
	g.changed = make(chan struct{})
}

// Await blocks until all of refs are there, the import has failed or ctx is done.
func (g *imageGate) Await(ctx context.Context, refs []string) error {
	for {
		g.mu.Lock()
		missing := false
		for _, ref := range refs {
			missing = missing || !g.have[ref]
		}
		failed, changed := g.failed, g.changed
		g.mu.Unlock()
		if !missing || failed != nil {
			return failed
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}
