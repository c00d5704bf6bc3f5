package gateway

import (
	"sync"
	"time"
)

// maxIdleTime is how long an unused connection to a replica is kept.
const maxIdleTime = 30 * time.Second

// place is a replica: the pod after it may get its address, but never its number.
type place struct {
	address string
	pod     uint64
}

// pool keeps idle connections, the ones used last on top.
type pool struct {
	max     int // of one replica
	mu      sync.Mutex
	idle    map[place][]*wire
	sweeper *time.Timer // nil while there is nothing to sweep
}

// get returns a connection to the replica that the replica has not closed, or nil.
func (p *pool) get(at place) *wire {
	for {
		p.mu.Lock()
		all := p.idle[at]
		if len(all) == 0 {
			p.mu.Unlock()
			return nil
		}
		c := all[len(all)-1]
		all[len(all)-1] = nil
		p.idle[at] = all[:len(all)-1]
		p.mu.Unlock()
		if c.in.Buffered() == 0 && quiet(c.Conn) {
			return c
		}
		_ = c.Close()
	}
}

// put keeps c, or closes it.
func (p *pool) put(c *wire) {
	c.idle = time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.idle == nil {
		p.idle = map[place][]*wire{}
	}
	if len(p.idle[c.at]) >= p.max {
		_ = c.Close()
		return
	}
	p.idle[c.at] = append(p.idle[c.at], c)
	if p.sweeper == nil {
		p.sweeper = time.AfterFunc(maxIdleTime/2, p.sweep)
	}
}

// sweep closes what was idle for too long.
func (p *pool) sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for at, all := range p.idle {
		old := 0
		for old < len(all) && time.Since(all[old].idle) > maxIdleTime {
			_ = all[old].Close()
			old++
		}
		switch {
		case old == len(all):
			delete(p.idle, at)
		case old > 0:
			p.idle[at] = append([]*wire(nil), all[old:]...)
		}
	}
	p.sweeper = nil
	if len(p.idle) > 0 {
		p.sweeper = time.AfterFunc(maxIdleTime/2, p.sweep)
	}
}
