package modhost

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/modhost/cage"
	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/host"
)

// module is one module and the goroutine that keeps it running.
type module struct {
	source source
	o      Options
	log    *slog.Logger
	first  chan error    // the outcome of the first start
	again  chan struct{} // the file has changed and is to be started anew
	cancel context.CancelFunc
	ended  chan struct{} // closed when run has returned
	pace   pace

	mu      sync.Mutex
	state   ModuleState
	err     error // of the last start or run; nil while running well
	process *host.Process
	strikes int // calls in a row that ran out of time
	content content
	refused string // why its plan is not carried out

	before   cage.Usage // of its cage, when the process started
	hogSince time.Time
	hogCount int64
	hogging  bool // it has been named for that
	flooding bool // likewise
}

func newModule(s source, o Options) *module {
	return &module{
		source: s, o: o, log: o.Log.With("module", s.name), first: make(chan error, 1),
		again: make(chan struct{}, 1), ended: make(chan struct{}),
		state: ModuleState{Name: s.name, Builtin: s.builtin, Dev: s.dev, State: lab.StatePending, Since: time.Now()},
	}
}

// errChanged ends a module whose file has changed.
var errChanged = errors.New("its file has changed")

// run starts the module again and again until ctx is done.
func (m *module) run(ctx context.Context) {
	defer close(m.ended)
	defer m.leave()
	if m.source.dev {
		watch, stop := context.WithCancel(ctx)
		defer stop()
		go m.watchFile(watch)
	}
	pause := m.o.Limits.Backoff
	for {
		began := time.Now()
		err := m.once(ctx)
		if ctx.Err() != nil {
			m.enter(lab.StateStopped, nil)
			return
		}
		if time.Since(began) > m.o.Limits.Steady || errors.Is(err, errChanged) {
			pause = m.o.Limits.Backoff
		}
		if !errors.Is(err, errChanged) {
			m.enter(lab.StateFailed, err)
			m.rest(ctx, err, pause)
			pause = min(2*pause, m.o.Limits.MaxPause)
		}
		if ctx.Err() != nil {
			m.enter(lab.StateStopped, nil)
			return
		}
		m.mu.Lock()
		m.state.Restarts++
		m.mu.Unlock()
	}
}

// rest waits before the next start: for the pause, or for another file where a start of
// this one would end the same.
func (m *module) rest(ctx context.Context, err error, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	wake := timer.C
	if code := sdk.CodeOf(err); code == sdk.CodeInvalid || code == sdk.CodeProtocol {
		wake = nil
	}
	select {
	case <-ctx.Done():
	case <-wake:
	case <-m.again:
	}
}

// leave ends the module's cage.
func (m *module) leave() {
	if held := m.cage(); held != nil {
		if err := held.Leave(m.source.name); err != nil {
			m.log.Warn("leave the cage", "error", err)
		}
	}
}

// once starts the module and returns when it has ended, with the reason.
func (m *module) once(ctx context.Context) error {
	m.enter(lab.StateRunning, nil)
	start, cancel := context.WithTimeout(ctx, m.o.Limits.Start)
	defer cancel()
	p, err := host.Launch(start, host.Options{
		Name: m.source.name, Path: m.source.path, Args: m.source.args, SHA256: m.source.sha256,
		Env: Environment(), RunDir: m.o.RunDir, Nice: niceness, StartTimeout: m.o.Limits.Start,
		Started: m.caged, Line: m.say,
	})
	if err != nil {
		return m.because(err)
	}
	defer p.Close()
	if err := m.meet(ctx, p); err != nil {
		return m.because(err)
	}
	defer m.gone()
	m.enter(lab.StateReady, nil)
	select {
	case <-ctx.Done():
		return nil
	case <-m.again:
		return errChanged
	case <-p.Done():
		if err := m.struckOut(); err != nil {
			return err
		}
		return m.because(p.Err())
	}
}

// because replaces an error by its reason, where the kernel has ended the module.
func (m *module) because(err error) error {
	if starved := m.starved(); starved != nil {
		return starved
	}
	return err
}

// meet asks a new process who it is and what it brings, and publishes it.
func (m *module) meet(ctx context.Context, p *host.Process) error {
	start, cancel := context.WithTimeout(ctx, m.o.Limits.Start)
	defer cancel()
	info, err := p.Describe(start)
	if err != nil {
		return err
	}
	if info.Name != m.source.name {
		return invalid("module %s says that its name is %.80q", m.source.name, info.Name)
	}
	if err := info.Check(); err != nil {
		return err
	}
	brought, err := m.fetch(ctx, p)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.process, m.strikes, m.content, m.refused = p, 0, brought, ""
	m.hogging, m.flooding = false, false
	m.state.Info, m.state.PID, m.state.Protocol, m.state.Complaint = info, p.PID(), p.Protocol(), ""
	m.state.Content = brought.info.SHA256
	return nil
}

// gone publishes that there is no process any more.
func (m *module) gone() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.process, m.strikes = nil, 0
	m.state.PID, m.state.Protocol = 0, 0
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
	code, hint := lab.CodeModule, "labbox goes on without the module and starts it again"
	if m.source.builtin {
		code = lab.CodeInternal
	}
	if !m.source.builtin {
		hint += "; ask the author of the module if it keeps failing"
	}
	if c := sdk.CodeOf(err); c == sdk.CodeInvalid || c == sdk.CodeProtocol {
		code, hint = lab.CodeModule, "correct the module and add it again: labbox module add FILE"
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
	s := m.state
	if m.refused != "" && s.State == lab.StateReady {
		s.State, s.Error = lab.StateFailed, m.refused
	}
	if held := m.cage(); held != nil {
		s.Limits = held.Limits()
		if s.PID != 0 {
			s.MemoryBytes = held.Usage(m.source.name).MemoryBytes
		}
	}
	return s
}

// refuse says why the plan of a module is not carried out; the module itself runs on.
// The same reason is told once.
func (m *module) refuse(err error) {
	m.mu.Lock()
	known := m.refused == err.Error()
	m.refused = err.Error()
	m.mu.Unlock()
	if known {
		return
	}
	m.log.Error("the plan of the module is refused", "error", err)
	m.o.Observe(lab.Event{Time: time.Now(), Kind: lab.EventModule, Subject: m.source.name, Title: m.source.name,
		State: lab.StateFailed, Error: m.labError(err)})
}

// say passes a line of the module on to the log, under the module's name, as long as
// they are not too many.
func (m *module) say(l host.Line) {
	pass, dropped, first := m.pace.take(time.Now())
	if first {
		m.mu.Lock()
		known := m.flooding
		m.flooding = true
		m.mu.Unlock()
		if !known {
			m.complain(fmt.Sprintf("module %s says more than %d lines a second; the rest is not kept", m.source.name, linesPerSecond))
		}
	}
	if !pass {
		return
	}
	if dropped > 0 {
		m.log.Warn("lines of the module were not kept", "lines", dropped)
	}
	m.log.LogAttrs(context.Background(), l.Level, l.Message, slog.Group("said", attrsAny(l.Attrs)...))
}

func attrsAny(attrs []slog.Attr) []any {
	out := make([]any, len(attrs))
	for i, a := range attrs {
		out[i] = a
	}
	return out
}
