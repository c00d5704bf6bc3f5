package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/labbox/labbox/internal/image"
	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/plugins/sdk"
)

// foreignModules carries out what modules by others plan. It does so beside the lab,
// once that is ready, and again whenever such a module starts, changes or goes: what
// fails is told about the module and holds nobody up.
type foreignModules struct {
	d    *daemon
	live atomic.Bool
	wake chan struct{}

	taught map[string]string // the content whose lessons are taught, by module; carryOut's own

	mu   sync.Mutex
	done map[string]carried // by release
}

// carried is a chart that has been installed, and what it was made of.
type carried struct {
	plannedChart
	key string
}

func newForeignModules(d *daemon) *foreignModules {
	return &foreignModules{d: d, wake: make(chan struct{}, 1), taught: map[string]string{}, done: map[string]carried{}}
}

// builtin says whether labbox brought the module along.
func (d *daemon) builtin(module string) bool { return trends()[module] != nil }

// observe is told of every event of a module.
func (f *foreignModules) observe(e lab.Event) {
	if e.State == lab.StateRunning || f.d.builtin(e.Subject) {
		return
	}
	f.again()
}

func (f *foreignModules) again() {
	if !f.live.Load() {
		return
	}
	select {
	case f.wake <- struct{}{}:
	default: // asked already
	}
}

// begin carries out what is planned so far, and goes on until the lab ends.
func (f *foreignModules) begin(ctx context.Context) {
	if f.live.Swap(true) {
		return
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			if err := f.carryOut(ctx); err != nil && ctx.Err() == nil {
				f.d.log.Error("carry out what modules plan", "error", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-f.wake:
			}
		}
	}()
	f.d.later("modules by others", func(context.Context) error {
		stop()
		<-ended
		return nil
	})
}

// carryOut installs what is planned and not there, and removes what is there and not
// planned any more.
func (f *foreignModules) carryOut(ctx context.Context) error {
	d := f.d
	before := d.currentPlans()
	if err := d.collectPlans(ctx); err != nil {
		return err
	}
	d.keepPlans(before)
	if err := f.teach(); err != nil {
		return err
	}
	if err := d.closeForwards(before.forwards); err != nil {
		return err
	}
	if err := d.openForwards(); err != nil {
		return err
	}
	planned := map[string]bool{}
	for _, c := range d.currentPlans().charts {
		if !c.foreign {
			continue
		}
		planned[c.Release] = true
		if err := f.carry(ctx, c); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			d.modules.Refuse(c.module, fmt.Errorf("install chart %s of module %s: %w", c.Name, c.module, err))
		}
	}
	return f.clear(ctx, planned)
}

// clear removes what was carried out and is not planned any more: the release, and its
// namespace with the last one in it.
func (f *foreignModules) clear(ctx context.Context, planned map[string]bool) error {
	inUse := map[string]bool{}
	for release, c := range f.carriedOut() {
		inUse[c.Namespace] = inUse[c.Namespace] || planned[release]
	}
	for release, c := range f.carriedOut() {
		if planned[release] {
			continue
		}
		if err := f.d.installer.Uninstall(ctx, c.Namespace, release); err != nil {
			return fmt.Errorf("remove what module %s had installed: %w", c.module, err)
		}
		if !inUse[c.Namespace] {
			if err := f.d.cluster.Delete(ctx, lab.ObjectRef{APIVersion: "v1", Kind: "Namespace", Name: c.Namespace}); err != nil {
				return fmt.Errorf("remove what module %s had installed: %w", c.module, err)
			}
		}
		f.mu.Lock()
		delete(f.done, release)
		f.mu.Unlock()
	}
	return nil
}

func (f *foreignModules) carriedOut() map[string]carried {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := map[string]carried{}
	for release, c := range f.done {
		out[release] = c
	}
	return out
}

// keepPlans adds the plans of foreign modules that are there and do not answer right
// now: a crash takes nothing away.
func (d *daemon) keepPlans(before *planned) {
	now := *d.currentPlans()
	has := func(module string) bool {
		return slices.ContainsFunc(now.charts, func(c plannedChart) bool { return c.module == module })
	}
	silent := map[string]bool{}
	for _, m := range d.modules.List() {
		if !m.Builtin && m.State != lab.StateReady && !has(m.Name) {
			silent[m.Name] = true
		}
	}
	for _, c := range before.charts {
		if silent[c.module] {
			now.charts = append(now.charts, c)
		}
	}
	for _, w := range before.forwards {
		there := slices.ContainsFunc(now.forwards, func(o sdk.Forward) bool { return o.Name == w.Name })
		owner := slices.ContainsFunc(now.charts, func(c plannedChart) bool { return silent[c.module] && c.Namespace == w.Namespace })
		if !there && owner {
			now.forwards = append(now.forwards, w)
		}
	}
	d.plans.Store(&now)
}

// carry brings a chart's images and installs it, unless that has been done.
func (f *foreignModules) carry(ctx context.Context, c plannedChart) error {
	key, err := f.d.contentKey(c)
	if err != nil {
		return err
	}
	if f.carriedOut()[c.Release].key == key {
		return nil
	}
	content, ok := f.d.modules.Content(c.module)
	if !ok {
		return errors.New("the module has brought nothing")
	}
	if err := f.d.importForeign(ctx, c.module, content); err != nil {
		return err
	}
	chart, err := fs.Sub(content, "charts/"+c.Name)
	if err != nil {
		return err
	}
	_, err = f.d.installer.Install(ctx, lab.Chart{Release: c.Release, Namespace: c.Namespace, FS: chart, Values: c.Values, Confined: true})
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.done[c.Release] = carried{c, key}
	f.mu.Unlock()
	return nil
}

// contentKey changes whenever a chart has to be installed again.
func (d *daemon) contentKey(c plannedChart) (string, error) {
	values, err := json.Marshal(c.Values)
	if err != nil {
		return "", err
	}
	for _, m := range d.modules.List() {
		if m.Name == c.module {
			return c.Namespace + " " + c.Name + " " + m.Content + " " + string(values), nil
		}
	}
	return "", nil
}

// importForeign brings the images of a module into the cluster. They must be named as
// the module's own, so that none takes the place of one of the lab's.
func (d *daemon) importForeign(ctx context.Context, module string, content fs.FS) error {
	layout, err := fs.Sub(content, "images")
	if err != nil {
		return err
	}
	if _, err := fs.Stat(layout, "index.json"); err != nil {
		return nil // it brings none
	}
	refs, err := image.Refs(layout)
	if err != nil {
		return err
	}
	own := labImages + module + "/"
	for _, ref := range refs {
		if !strings.HasPrefix(ref, own) {
			return fmt.Errorf("image %s is refused: the images of module %s are called %s", ref, module, own+"...")
		}
	}
	if err := image.ImportRefs(ctx, d.cluster.ContainerdSocket(), layout, refs, func(lab.Progress) {}); err != nil {
		return err
	}
	for _, ref := range refs {
		d.images.Imported(ref)
	}
	return nil
}

// foreignLessons are the lessons that modules by others bring, by module, with a folder
// for each lesson at the root. A module whose lessons ask for what is not its own is
// refused and left out.
func (d *daemon) foreignLessons() map[string]fs.FS {
	out := map[string]fs.FS{}
	for _, m := range d.modules.List() {
		content, ok := d.modules.Content(m.Name)
		if m.Builtin || !ok || builtinLessons()[m.Name] != nil {
			continue
		}
		lessons, err := fs.Sub(content, "lessons")
		if err != nil {
			continue
		}
		if _, err := fs.Stat(lessons, "."); err != nil {
			continue // it brings none
		}
		if err := confineLessons(m.Name, lessons, func(name string) bool { return d.modules.Owns(m.Name, name) }); err != nil {
			d.modules.Refuse(m.Name, err)
			continue
		}
		out[m.Name] = lessons
	}
	return out
}
