package modhost

import (
	"sync"
	"time"
)

// pace lets through so many lines a second, and as many again at once, and counts the
// rest.
type pace struct {
	mu      sync.Mutex
	second  time.Time
	said    int
	dropped int64
}

// linesPerSecond is how much of what a module says is kept.
const linesPerSecond = 100

// take says whether a line may pass. dropped is how many have not since the last that
// did; first is true for the first of all that may not.
func (p *pace) take(now time.Time) (pass bool, dropped int64, first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.second) >= time.Second {
		p.second, p.said = now, 0
	}
	if p.said >= linesPerSecond {
		p.dropped++
		return false, 0, p.dropped == 1
	}
	p.said++
	dropped, p.dropped = p.dropped, 0
	return true, dropped, false
}
