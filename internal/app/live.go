package app

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/plugins/sdk"
)

const (
	// checkEvery is the pause between two rounds of checks of a running lab.
	checkEvery = 5 * time.Second
	// liveWithin bounds the wait for everything to be well after installation.
	liveWithin = 5 * time.Minute
	// allImages passes the image gate when the whole import is done.
	allImages = "*"
)

// live waits until every image is there, every component ready and every trend
// alive, then leaves the checks running.
func (d *daemon) live(ctx context.Context, report lab.Report) error {
	report(lab.Progress{Message: "waiting for the last images"})
	if err := d.images.Await(ctx, []string{allImages}); err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, liveWithin)
	defer cancel()
	for {
		waiting := d.checkModules(bounded)
		waiting = append(waiting, unready(d.status(bounded).Components)...)
		if len(waiting) == 0 {
			d.keepChecking(ctx)
			d.keepLearning(ctx)
			d.foreign.begin(ctx)
			return nil
		}
		report(lab.Progress{Message: "waiting for " + strings.Join(waiting, ", ")})
		select {
		case <-bounded.Done():
			return fmt.Errorf("not ready within %s: %s", liveWithin, strings.Join(waiting, ", "))
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// checkModules asks every module how its trend fares, records what has changed,
// and returns those that are not alive with their reason.
func (d *daemon) checkModules(ctx context.Context) []string {
	var sick []string
	for _, h := range d.modules.Check(ctx, d.target(ctx)) {
		before, known := d.health.set(h.Module, h.Health)
		if !h.Health.Alive && d.builtin(h.Module) {
			sick = append(sick, fmt.Sprintf("%s (%s)", h.Module, h.Health.Message))
		}
		if ctx.Err() == nil && (!known || before.Alive != h.Health.Alive) {
			d.emitHealth(ctx, h.Module, h.Health)
		}
	}
	return sick
}

func (d *daemon) emitHealth(ctx context.Context, name string, h sdk.Health) {
	e := lab.Event{Kind: lab.EventModule, Subject: name, Title: name, State: lab.StateReady}
	if !h.Alive {
		e.State = lab.StateRunning
		e.Progress = &lab.Progress{Message: h.Message}
	}
	e.Detail, _ = json.Marshal(h)
	d.events.Emit(ctx, e)
}

// keepChecking goes on asking the modules until the lab ends.
func (d *daemon) keepChecking(ctx context.Context) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(checkEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				d.checkModules(ctx)
			}
		}
	}()
	d.later("checks", func(context.Context) error {
		stop()
		<-done
		return nil
	})
}

// moduleList is the modules with their charts and last signals.
func (d *daemon) moduleList(context.Context) []lab.Module {
	charts := map[string][]string{}
	for _, c := range d.currentPlans().charts {
		charts[c.module] = append(charts[c.module], c.Release)
	}
	list := []lab.Module{}
	for _, m := range d.modules.List() {
		entry := lab.Module{Name: m.Name, Version: m.Info.Version, State: m.State, Charts: charts[m.Name],
			Title: m.Info.Title.EN, TitleDE: m.Info.Title.DE,
			Description: m.Info.Description.EN, DescriptionDE: m.Info.Description.DE}
		d.describeRunning(&entry, m)
		if h, known := d.health.get(m.Name); known {
			if m.State == lab.StateReady && !h.Alive {
				entry.Message = h.Message
			}
			for _, s := range h.Signals {
				entry.Signals = append(entry.Signals, lab.Signal{Name: s.Name, Value: s.Value, Unit: s.Unit, Text: s.Text, OK: s.OK})
			}
			if !h.Alive && entry.State == lab.StateReady {
				entry.State = lab.StateFailed
			}
		}
		list = append(list, entry)
	}
	return list
}
