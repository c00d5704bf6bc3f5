package modhost

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/plugins/sdk"
)

// Host keeps the modules running. All methods may be called from any goroutine.
type Host struct {
	o Options

	mu      sync.Mutex
	modules []*module // in the order of Builtin, then the foreign ones by name
	cancel  context.CancelFunc
	launch  func(source) *module // nil before Start and after Close
	wg      sync.WaitGroup
}

var _ lab.Service = (*Host)(nil)

// New returns a Host. It does no I/O.
func New(o Options) *Host {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Observe == nil {
		o.Observe = func(lab.Event) {}
	}
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits()
	}
	return &Host{o: o}
}

// Name implements lab.Service.
func (h *Host) Name() string { return "modules" }

// Needs implements lab.Service: modules need nothing of the lab to start.
func (h *Host) Needs() []string { return nil }

// Run implements lab.Service: Start, ready, wait for ctx, Close.
func (h *Host) Run(ctx context.Context, ready func()) error {
	if err := h.Start(ctx); err != nil {
		return err
	}
	ready()
	<-ctx.Done()
	h.Close()
	return nil
}

// Start starts every module and returns when each one is ready or has failed for
// the first time; those are tried again in the background. It fails when the list
// of modules cannot be read, or when a built-in module did not start: then nothing
// is left running. A foreign module that does not start is reported by Observe and
// List only. After Start the modules live until Close, whatever becomes of ctx.
func (h *Host) Start(ctx context.Context) error {
	sources, err := h.sources()
	if err != nil {
		return err
	}
	h.sweep()
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	h.mu.Lock()
	h.modules = nil
	h.cancel = cancel
	h.launch = func(s source) *module {
		m := newModule(s, h.o)
		own, stop := context.WithCancel(run)
		m.cancel = stop
		h.wg.Go(func() { m.run(own) })
		return m
	}
	for _, s := range sources {
		h.modules = append(h.modules, h.launch(s))
	}
	started := slices.Clone(h.modules)
	h.mu.Unlock()
	for _, m := range started {
		err := m.firstStart(ctx)
		if err != nil && (m.source.builtin || ctx.Err() != nil) {
			h.Close()
			return err
		}
	}
	return nil
}

// sweep removes the sockets that a host that was killed has left in RunDir.
func (h *Host) sweep() {
	if h.o.RunDir == "" {
		return
	}
	left, _ := filepath.Glob(filepath.Join(h.o.RunDir, "plugin-dir*")) // the pattern is well formed
	for _, dir := range left {
		if err := os.RemoveAll(dir); err != nil {
			h.o.Log.Warn("cannot remove what is left of an old module", "error", err)
		}
	}
}

// sources lists the built-in modules and the pinned ones. A foreign module must
// not take the name of a built-in one.
func (h *Host) sources() ([]source, error) {
	var out []source
	taken := map[string]bool{}
	for _, name := range h.o.Builtin {
		path, args := h.o.Command(name)
		out = append(out, source{name: name, builtin: true, path: path, args: args})
		taken[name] = true
	}
	foreign, err := readPins(h.o.Dir)
	if err != nil {
		return nil, err
	}
	for _, s := range foreign {
		if taken[s.name] {
			return nil, lab.Errorf(lab.CodeConfig, "give the foreign module another name in "+PinFile,
				"module %s is built in, and a foreign module has the same name", s.name)
		}
		out = append(out, s)
	}
	return out, nil
}

// Close stops all modules and returns when they are gone. It may be called twice,
// and without Start.
func (h *Host) Close() {
	h.mu.Lock()
	cancel := h.cancel
	h.launch = nil
	h.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	h.wg.Wait()
}

// List returns the state of every module, built-in ones first.
func (h *Host) List() []ModuleState {
	out := []ModuleState{}
	for _, m := range h.all() {
		out = append(out, m.snapshot())
	}
	return out
}

// Verify asks the module called name whether the learner has done step.
func (h *Host) Verify(ctx context.Context, name string, t sdk.Target, step sdk.StepID) (sdk.Verdict, error) {
	for _, m := range h.all() {
		if m.source.name == name {
			v, err := call(ctx, m, question[sdk.Verdict]{"Verify", h.o.Limits.Verify,
				func(ctx context.Context, p sdk.Module) (sdk.Verdict, error) { return p.Verify(ctx, t, step) }})
			return boundVerdict(v), err
		}
	}
	return sdk.Verdict{}, lab.Errorf(lab.CodeNotFound, "see \"labbox module list\"", "there is no module %q", name)
}

func (h *Host) all() []*module {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]*module(nil), h.modules...)
}

// Refuse says of a foreign module that what it wants cannot be done, and why; it runs on.
func (h *Host) Refuse(name string, err error) {
	for _, m := range h.all() {
		if m.source.name == name && !m.source.builtin {
			m.refuse(sdk.Errorf(sdk.CodeInvalid, "%v", err))
		}
	}
}

// Owns says whether a namespace, or whatever else has a name, belongs to the foreign
// module: it is called like the module, or begins with its name and a dash, and is
// none of the lab's.
func (h *Host) Owns(module, name string) bool {
	r := rules{module: module, reserved: h.o.Reserved}
	for _, m := range h.all() {
		r.modules = append(r.modules, m.source.name)
	}
	return r.owns(name)
}

// Complain says what a foreign module does that it should not, while it runs on.
func (h *Host) Complain(name, what string) {
	for _, m := range h.all() {
		if m.source.name == name && !m.source.builtin {
			m.complain(what)
		}
	}
}
