package modhost

import (
	"fmt"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/modhost/cage"
	"github.com/labbox/labbox/plugins/sdk"
)

// Cage holds the processes of modules to memory and processor time.
type Cage interface {
	// Enter puts a process into the cage of a module, with all that it will start.
	Enter(module string, pid int) error
	// Usage says what the module's processes take and have taken.
	Usage(module string) cage.Usage
	// Leave ends the cage of a module whose processes have ended.
	Leave(module string) error
	// Limits says what each module may take.
	Limits() cage.Limits
}

// hogShare is in how many of its tenths of a second a module must have been held back
// to be named.
const hogShare = 0.8

// caged puts a new process into the module's cage.
func (m *module) caged(pid int) error {
	held := m.cage()
	if held == nil {
		return nil
	}
	m.mu.Lock()
	m.before = held.Usage(m.source.name)
	m.hogSince, m.hogCount = time.Now(), m.before.Throttled
	m.mu.Unlock()
	if err := held.Enter(m.source.name, pid); err != nil {
		return sdk.Errorf(sdk.CodeUnavailable, "cage module %s: %v", m.source.name, err)
	}
	return nil
}

func (m *module) cage() Cage {
	if m.o.Cage == nil {
		return nil
	}
	return m.o.Cage(m.source.builtin)
}

// starved returns the reason when the kernel has ended the module for want of memory.
func (m *module) starved() error {
	held := m.cage()
	if held == nil {
		return nil
	}
	m.mu.Lock()
	before := m.before.Killed
	m.mu.Unlock()
	if held.Usage(m.source.name).Killed <= before {
		return nil
	}
	return sdk.Errorf(sdk.CodeUnavailable, "module %s wanted more than the %d MiB of memory that it may have, and the kernel ended it",
		m.source.name, held.Limits().MemoryBytes>>20)
}

// watchHog names a module that wants all of the processor time it may have, once for
// each of its lives.
func (m *module) watchHog() {
	held := m.cage()
	if held == nil {
		return
	}
	now := held.Usage(m.source.name).Throttled
	m.mu.Lock()
	passed := time.Since(m.hogSince)
	if m.process == nil || m.hogging || passed < m.o.Limits.Hog {
		m.mu.Unlock()
		return
	}
	share := float64(now-m.hogCount) / (passed.Seconds() * 10)
	m.hogSince, m.hogCount = time.Now(), now
	m.hogging = share > hogShare
	hogging := m.hogging
	m.mu.Unlock()
	if hogging {
		m.complain(fmt.Sprintf("module %s wants all the processor time it can get and is held to %.2g of a core", m.source.name, held.Limits().CPU))
	}
}

// complain tells people what a module does that it should not, while it runs on.
func (m *module) complain(what string) {
	m.mu.Lock()
	m.state.Complaint = what
	m.mu.Unlock()
	m.log.Warn("module misbehaves", "what", what)
	m.o.Observe(lab.Event{Time: time.Now(), Kind: lab.EventModule, Subject: m.source.name, Title: m.source.name,
		State: lab.StateRunning, Progress: &lab.Progress{Message: what}})
}
