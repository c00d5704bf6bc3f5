package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/labbox/labbox/bundle"
	"github.com/labbox/labbox/internal/helm"
	"github.com/labbox/labbox/internal/kube"
	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/lesson"
	"github.com/labbox/labbox/internal/modhost"
	"github.com/labbox/labbox/internal/modhost/cage"
	"github.com/labbox/labbox/internal/sqlite"
	"github.com/labbox/labbox/internal/supervise"
)

// ForegroundOptions say what Foreground is to run.
type ForegroundOptions struct {
	Config  Config
	Version string
	Observe func(lab.Event)
	Log     *slog.Logger
	// Live is called once when all is ready.
	Live func(ctx context.Context)
}

// Foreground runs the lab in this process until ctx is done, then stops all of it
// in reverse. A step that fails ends it.
func Foreground(ctx context.Context, o ForegroundOptions) error {
	d := newDaemon(o.Config, o.Version, o.Log, o.Observe)
	return d.run(ctx, func(ctx context.Context, failed error) error {
		if failed != nil {
			return failed
		}
		if o.Live != nil {
			o.Live(ctx)
		}
		<-ctx.Done()
		return nil
	})
}

// daemon is the running lab: what the steps have built so far.
//
//	look ─ remember ─ show ─ unpack ─ boot ─ furnish ─ live ══ serving ══ close
//	         │          │       │        │       │        │                 │
//	       journal  dashboard payload cluster  charts   checks      in reverse order
type daemon struct {
	cfg     Config
	paths   Paths
	version string
	log     *slog.Logger
	events  *recorder

	phase   atomic.Value // lab.State
	plans   atomic.Pointer[planned]
	abroad  atomic.Pointer[abroad]
	health  healths
	stopped chan struct{}
	once    sync.Once
	resumed chan struct{}

	lock       *dirLock
	store      *sqlite.DB
	payload    *bundle.Payload
	cluster    *kube.Cluster
	super      *supervise.Supervisor
	superRun   context.CancelFunc // nil until the supervisor runs
	superDone  chan struct{}      // closed when it has ended
	superErr   error              // why, valid after superDone
	bootReport atomic.Pointer[lab.Report]
	installer  *helm.Installer
	modules    *modhost.Host
	images     *imageGate
	modulesUp  bool
	cages      map[bool]*cage.Cage // by whether a module is built in
	foreign    *foreignModules
	capstone   *capstoneRunner
	lessons    *lesson.Engine

	remaining []step // steps not done yet
	undo      []undo // what close does, newest first
}

// undo is one part of the clean-up.
type undo struct {
	name string
	do   func(ctx context.Context) error
}

func newDaemon(cfg Config, version string, log *slog.Logger, observe func(lab.Event)) *daemon {
	d := &daemon{cfg: cfg, paths: Paths{cfg.DataDir}, version: version, log: log,
		events: newRecorder(log, observe), stopped: make(chan struct{}), resumed: make(chan struct{}, 1)}
	d.phase.Store(lab.StatePending)
	d.images = newImageGate()
	d.cages, d.foreign = map[bool]*cage.Cage{}, newForeignModules(d)
	d.cluster = kube.New(kube.Options{
		DataDir: d.paths.Dir(), HelpersDir: d.paths.Helpers(), APIPort: cfg.Ports.Kubernetes,
		Listen: cfg.Listen, NodeName: "labbox", Cgroup: cgroupOf(cfg.DataDir), Log: log, Images: d.importImages,
	})
	d.installer = helm.New(helm.Options{Kubeconfig: d.cluster.Kubeconfig, Log: log})
	d.super = supervise.New(supervise.Options{Log: log, Observe: d.observeService})
	d.modules = modhost.New(d.moduleOptions())
	d.capstone = newCapstoneRunner(d)
	return d
}

// run does the steps, then hands over to serve, which blocks for as long as the
// lab is to live; then it stops everything.
func (d *daemon) run(ctx context.Context, serve func(ctx context.Context, failed error) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-d.stopped:
			cancel()
		case <-ctx.Done():
		}
	}()
	d.remaining = d.steps()
	err := d.furnishAll(ctx)
	if err == nil || !errors.Is(err, context.Canceled) {
		err = serve(ctx, err)
	} else {
		err = nil // stopped on request is no failure
	}
	closeCtx, done := shortly(ctx)
	defer done()
	return errors.Join(err, d.close(closeCtx))
}

// furnishAll does the remaining steps and records how the lab as a whole fares.
func (d *daemon) furnishAll(ctx context.Context) error {
	d.setPhase(ctx, lab.StateRunning, nil)
	var err error
	d.remaining, err = runSteps(ctx, d.events, d.remaining)
	switch {
	case err == nil:
		d.setPhase(ctx, lab.StateReady, nil)
	case ctx.Err() == nil:
		d.setPhase(ctx, lab.StateFailed, lab.AsError(err))
	}
	return err
}

func (d *daemon) setPhase(ctx context.Context, state lab.State, failed *lab.Error) {
	d.phase.Store(state)
	d.events.Emit(ctx, lab.Event{Kind: lab.EventLab, Subject: "lab", Title: "The lab", State: state, Error: failed})
}

func (d *daemon) currentPhase() lab.State { return d.phase.Load().(lab.State) }

// stop asks run to end; it may be called more than once.
func (d *daemon) stop() { d.once.Do(func() { close(d.stopped) }) }

// later registers part of the clean-up; close calls the newest first.
func (d *daemon) later(name string, do func(ctx context.Context) error) {
	d.undo = append(d.undo, undo{name, do})
}

func (d *daemon) close(ctx context.Context) error {
	d.stop() // however the end came about, a run of the capstone is to end, too
	var failed []error
	for i := len(d.undo) - 1; i >= 0; i-- {
		u := d.undo[i]
		d.log.Info("stop", "part", u.name)
		if err := u.do(ctx); err != nil {
			failed = append(failed, fmt.Errorf("stop %s: %w", u.name, err))
		}
	}
	d.undo = nil
	return errors.Join(failed...)
}

// Background is the background process of Up: it stays when a step fails, so
// that the dashboard and the cluster can be looked at, until it is asked to go on
// or to stop.
func Background(ctx context.Context, cfg Config, version string, out io.Writer) error {
	d := newDaemon(cfg, version, slog.New(slog.NewTextHandler(out, nil)), nil)
	born := false
	d.events.observe = func(e lab.Event) {
		d.logEvent(e)
		born = born || d.announce(e)
	}
	err := d.run(ctx, d.serveOn)
	if err != nil && !born {
		return errors.Join(err, announceBirth(birth{Error: lab.AsError(err)}))
	}
	return err
}

// logEvent writes what has changed to the daemon's log; progress is for people.
func (d *daemon) logEvent(e lab.Event) {
	if e.Progress != nil {
		return
	}
	attrs := []any{"kind", e.Kind, "subject", e.Subject, "state", e.State}
	if e.Error != nil {
		attrs = append(attrs, "error", e.Error.Message)
	}
	d.log.Info("event", attrs...)
}

// announce tells the waiting "labbox up" that events can be followed, as soon as
// the dashboard serves. It returns true once that has been said.
func (d *daemon) announce(e lab.Event) bool {
	if e.Subject != stepShow || e.State != lab.StateReady {
		return false
	}
	if err := announceBirth(birth{Since: d.events.since}); err != nil {
		d.log.Warn("announce the start", "error", err)
	}
	return true
}

// serveOn blocks until the lab is to end. A lab whose start failed waits to be
// asked to go on; one that failed before it could be reached ends.
func (d *daemon) serveOn(ctx context.Context, failed error) error {
	for failed != nil {
		if d.store == nil {
			return failed
		}
		d.log.Error("the start failed", "error", failed)
		select {
		case <-ctx.Done():
			return nil
		case <-d.resumed:
			failed = d.furnishAll(ctx)
		}
	}
	<-ctx.Done()
	return nil
}

// Reexec runs this process as one of labbox' own children when its first
// argument says so: a part of the cluster, or a module. It returns the exit code
// and whether it did.
func Reexec(args []string) (int, bool) {
	if len(args) == 0 {
		return 0, false
	}
	switch args[0] {
	case "component":
		return kube.ComponentMain(args[1:]), true
	case moduleCommand:
		return serveModule(args[1:]), true
	}
	return 0, false
}
