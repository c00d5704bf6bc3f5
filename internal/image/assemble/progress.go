package assemble

import (
	"context"
	"fmt"
	"io"
	"sort"
	"strings"
	"sync"
	"time"
)

// quiet is how long the terminal may stay silent while work goes on.
const quiet = 2 * time.Second

// progress prints a line when a task begins or ends and, when nothing was printed
// for a while, one with what is going on and for how long.
type progress struct {
	mu      sync.Mutex
	w       io.Writer
	start   time.Time
	last    time.Time
	running map[string]time.Time
}

// newProgress starts the ticking, which ends with ctx.
func newProgress(ctx context.Context, w io.Writer) *progress {
	now := time.Now()
	p := &progress{w: w, start: now, last: now, running: map[string]time.Time{}}
	go func() {
		tick := time.NewTicker(quiet / 4)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				p.sign()
			}
		}
	}()
	return p
}

// begin announces a task; the returned function ends it.
func (p *progress) begin(task string) (end func(result string)) {
	began := time.Now()
	p.mu.Lock()
	p.running[task] = began
	p.printf("%s", task)
	p.mu.Unlock()
	return func(result string) {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.running, task)
		p.printf("%s: %s (%.1fs)", task, result, time.Since(began).Seconds())
	}
}

// note prints one line.
func (p *progress) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.printf(format, args...)
}

func (p *progress) sign() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.running) == 0 || time.Since(p.last) < quiet*3/4 {
		return
	}
	names := make([]string, 0, len(p.running))
	for task, began := range p.running {
		names = append(names, fmt.Sprintf("%s %ds", task, int(time.Since(began).Seconds())))
	}
	sort.Strings(names)
	p.printf("... %s", strings.Join(names, " · "))
}

func (p *progress) printf(format string, args ...any) {
	p.last = time.Now()
	fmt.Fprintf(p.w, "%5.0fs  %s\n", time.Since(p.start).Seconds(), fmt.Sprintf(format, args...))
}
