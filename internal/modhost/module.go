package modhost

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/host"
)

// module is one module and the goroutine that keeps it running.
type module struct {
	source source
	o      Options
	log    *slog.Logger
	first  chan error // the outcome of the first start

	mu      sync.Mutex
	state   ModuleState
	err     error // of the last start or run; nil while running well
	process *host.Process
	strikes int // calls in a row that ran out of time
}

func newModule(s source, o Options) *module {
	return &module{
		source: s, o: o, log: o.Log.With("module", s.name), first: make(chan error, 1),
		state: ModuleState{Name: s.name, Builtin: s.builtin, State: lab.StatePending, Since: time.Now()},
	}
}

// run starts the module again and again until ctx is done.
func (m *module) run(ctx context.Context) {
	pause := m.o.Limits.Backoff
	for {
		began := time.Now()
		err := m.once(ctx)
		if ctx.Err() != nil {
			m.enter(lab.StateStopped, nil)
			return
		}
		m.enter(lab.StateFailed, err)
		if code := sdk.CodeOf(err); code == sdk.CodeInvalid || code == sdk.CodeProtocol {
			<-ctx.Done() // another try would end the same
			m.enter(lab.StateStopped, nil)
			return
		}
		if time.Since(began) > m.o.Limits.Steady {
			pause = m.o.Limits.Backoff
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, m.o.Limits.MaxPause)
		m.mu.Lock()
		m.state.Restarts++
		m.mu.Unlock()
	}
}

// once starts the module and returns when it has ended, with the reason.
func (m *module) once(ctx context.Context) error {
	m.enter(lab.StateRunning, nil)
	start, cancel := context.WithTimeout(ctx, m.o.Limits.Start)
	defer cancel()
	p, err := host.Launch(start, host.Options{
		Name: m.source.name, Path: m.source.path, Args: m.source.args, SHA256: m.source.sha256,
		Env: environment(), RunDir: m.o.RunDir, Nice: niceness, StartTimeout: m.o.Limits.Start, Line: m.say,
	})
	if err != nil {
		return err
	}
	defer p.Close()
	info, err := p.Describe(start)
	if err != nil {
		return err
	}
	if info.Name != m.source.name {
		return sdk.Errorf(sdk.CodeInvalid, "module %s says that its name is %q", m.source.name, info.Name)
	}
	m.set(p, info)
	defer m.set(nil, info)
	m.enter(lab.StateReady, nil)
	select {
	case <-ctx.Done():
		return nil
	case <-p.Done():
		if err := m.struckOut(); err != nil {
			return err
		}
		return p.Err()
	}
}

// set publishes the running process, or that there is none.
func (m *module) set(p *host.Process, info sdk.Info) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.process, m.strikes = p, 0
	m.state.Info, m.state.PID, m.state.Protocol = info, 0, 0
	if p != nil {
		m.state.PID, m.state.Protocol = p.PID(), p.Protocol()
	}
}

// enter changes the state and tells whoever observes.
func (m *module) enter(s lab.State, err error) {
	m.mu.Lock()
	m.err = err
	m.state.State, m.state.Since = s, time.Now()
	e := lab.Event{Time: m.state.Since, Kind: lab.EventModule, Subject: m.source.name, Title: m.state.Info.Title.In("en"), State: s}
	if e.Title == "" {
		e.Title = m.source.name
	}
	if err != nil {
		m.state.Error = err.Error()
		e.Error = m.labError(err)
	}
	m.mu.Unlock()
	if s == lab.StateReady || s == lab.StateFailed {
		select {
		case m.first <- err:
		default: // nobody waits for later outcomes
		}
	}
	if err != nil {
		m.log.Error("module failed", "error", err)
	}
	m.o.Observe(e)
}

// labError is err for a person: it names the module and says what to do.
func (m *module) labError(err error) *lab.Error {
	code, hint := lab.CodeInternal, "labbox goes on without the module and starts it again"
	if !m.source.builtin {
		hint += "; ask the author of the module if it keeps failing"
	}
	if c := sdk.CodeOf(err); c == sdk.CodeInvalid || c == sdk.CodeProtocol {
		code, hint = lab.CodeConfig, "correct the module or its entry in "+PinFile
	}
	var e *sdk.Error
	if errors.As(err, &e) && e.Hint != "" {
		hint = e.Hint
	}
	return lab.Errorf(code, hint, "%w", err)
}

// firstStart waits for the outcome of the first start. It is called once.
func (m *module) firstStart(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return fmt.Errorf("start module %s: %w", m.source.name, ctx.Err())
	case err := <-m.first:
		if err != nil {
			return m.labError(err)
		}
		return nil
	}
}

func (m *module) snapshot() ModuleState {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state
}

// say passes a line of the module on to the log, under the module's name.
func (m *module) say(l host.Line) {
	m.log.LogAttrs(context.Background(), l.Level, l.Message, slog.Group("said", attrsAny(l.Attrs)...))
}

func attrsAny(attrs []slog.Attr) []any {
	out := make([]any, len(attrs))
	for i, a := range attrs {
		out[i] = a
	}
	return out
}
