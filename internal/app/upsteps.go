package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/labbox/labbox/bundle"
	"github.com/labbox/labbox/internal/image"
	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/sqlite"
)

const (
	// stepLook is the step that "labbox up" takes before it starts the daemon, too.
	stepLook = "look"
	// stepShow is the step after which the lab can be watched.
	stepShow = "show"
)

// steps is "labbox up". "Ask", the first of the eight, is over once a Config
// exists.
func (d *daemon) steps() []step {
	return []step{
		{id: stepLook, title: "Look at the machine", do: d.look},
		{id: "remember", title: "Open the lab's memory", do: d.remember},
		{id: stepShow, title: "Open the dashboard", do: d.show},
		{id: "unpack", title: "Unpack what is carried", do: d.unpack},
		{id: "boot", title: "Boot the cluster", do: d.boot},
		{id: "furnish", title: "Install the platform", do: d.furnish},
		{id: "live", title: "See that all is well", do: d.live},
	}
}

func (d *daemon) look(ctx context.Context, report lab.Report) error {
	return Preflight(ctx, d.cfg, report)
}

// remember takes the data directory and opens the database in it.
func (d *daemon) remember(ctx context.Context, _ lab.Report) error {
	if err := prepareDir(d.paths); err != nil {
		return err
	}
	lock, err := lockDir(d.paths)
	if err != nil {
		return err
	}
	d.lock = lock // for as long as the process lives: whoever waits for it waits for our end
	store, err := sqlite.Open(ctx, d.paths.Database())
	if err != nil {
		return err
	}
	d.later("database", func(context.Context) error {
		d.events.Close()
		return store.Close()
	})
	d.later("capstone", d.capstone.wait)
	d.store = store
	return d.events.Open(ctx, store.Journal())
}

// unpack opens the payload and lays the helper programs out.
func (d *daemon) unpack(ctx context.Context, report lab.Report) error {
	if d.payload == nil {
		payload, err := bundle.Self()
		if err != nil {
			return payloadError(err)
		}
		d.payload = payload
		d.later("payload", func(context.Context) error { return payload.Close() })
	}
	report(lab.Progress{Message: "helper programs"})
	if err := image.UnpackHelpers(ctx, d.payload, d.paths.Helpers()); err != nil {
		return payloadError(err)
	}
	return rememberVerified(d.paths)
}

// boot starts the cluster's services and waits until a node is Ready.
func (d *daemon) boot(ctx context.Context, report lab.Report) error {
	if d.superRun == nil {
		d.superviseNow(ctx)
		if err := d.super.Add(d.cluster.Services()...); err != nil {
			return err
		}
	}
	d.bootReport.Store(&report)
	defer d.bootReport.Store(nil)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-ctx.Done():
		case <-d.superDone:
			cancel(d.superErr)
		}
	}()
	if err := d.super.Ready(ctx, d.bootServices()...); err != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	if err := d.cluster.Ready(ctx); err != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	return d.writeKubeconfig(ctx)
}

// bootServices are all of the cluster's but the import of images, which goes on
// while charts are installed.
func (d *daemon) bootServices() []string {
	var names []string
	for _, s := range d.cluster.Services() {
		if s.Name() != "cluster-images" {
			names = append(names, s.Name())
		}
	}
	return names
}

// superviseNow lets the supervisor run from here to the end of the lab.
func (d *daemon) superviseNow(ctx context.Context) {
	runCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.superRun = stop
	d.superDone = make(chan struct{})
	go func() {
		defer close(d.superDone)
		if err := d.super.Run(runCtx); err != nil {
			d.superErr = fmt.Errorf("run the cluster: %w", err)
			d.log.Error("the supervisor ended", "error", err)
		}
	}()
	d.later("cluster", func(ctx context.Context) error {
		stop()
		select {
		case <-d.superDone:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// observeService turns what the supervisor sees into events.
func (d *daemon) observeService(name string, state lab.State, err error) {
	e := lab.Event{Kind: lab.EventComponent, Subject: name, Title: name, State: state}
	if err != nil {
		e.Error = &lab.Error{Code: lab.CodeStep, Message: err.Error(), Hint: "Its log: labbox logs " + name}
	}
	d.events.Emit(context.Background(), e)
	if report := d.bootReport.Load(); report != nil && state == lab.StateReady {
		done, total := d.servicesReady()
		(*report)(lab.Progress{Message: name + " is ready", Done: int64(done), Total: int64(total)})
	}
}

func (d *daemon) servicesReady() (done, total int) {
	for _, state := range d.super.States() {
		total++
		if state == lab.StateReady {
			done++
		}
	}
	return done, total
}
