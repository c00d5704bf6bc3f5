package modhost

import (
	"context"
	"fmt"
	"time"

	"github.com/labbox/labbox/plugins/sdk"
)

// question is one call of a module: its name, its time, and how to ask.
type question[T any] struct {
	what  string
	limit time.Duration
	ask   func(context.Context, sdk.Module) (T, error)
}

// call asks the module q. A module that is not running is an Error with
// sdk.CodeUnavailable; one that runs out of time too often in a row is killed, and
// so restarted.
func call[T any](ctx context.Context, m *module, q question[T]) (T, error) {
	var none T
	m.mu.Lock()
	process, last := m.process, m.err
	m.mu.Unlock()
	if process == nil {
		if last != nil {
			return none, fmt.Errorf("%s of module %s, which is not running: %w", q.what, m.source.name, last)
		}
		return none, sdk.Errorf(sdk.CodeUnavailable, "%s of module %s, which is not running", q.what, m.source.name)
	}
	bounded, cancel := context.WithTimeout(ctx, q.limit)
	defer cancel()
	answer, err := q.ask(bounded, process)
	m.mu.Lock()
	defer m.mu.Unlock()
	if sdk.CodeOf(err) != sdk.CodeTimeout || ctx.Err() != nil {
		if m.process == process && err == nil {
			m.strikes = 0
		}
		if err != nil {
			return none, fmt.Errorf("%s: %w", q.what, err)
		}
		return answer, nil
	}
	if m.process == process {
		if m.strikes++; m.strikes >= m.o.Limits.Strikes {
			process.Kill()
		}
	}
	return none, fmt.Errorf("module %s does not answer %s within %s: %w", m.source.name, q.what, q.limit, err)
}

// struckOut returns the reason why the host itself has killed the module, if so.
func (m *module) struckOut() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.strikes < m.o.Limits.Strikes {
		return nil
	}
	return sdk.Errorf(sdk.CodeTimeout, "module %s has left %d calls in a row without an answer and was killed", m.source.name, m.strikes)
}
