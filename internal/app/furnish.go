package app

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"

	"sigs.k8s.io/yaml"

	"github.com/labbox/labbox/charts"
	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/plugins/sdk"
)

// planned is what the modules together ask for.
type planned struct {
	charts   []plannedChart
	forwards []sdk.Forward
}

type plannedChart struct {
	module string
	// foreign says that the module is by others, and brings the chart itself.
	foreign bool
	sdk.Chart
}

// currentPlans is what has been planned so far; it is never nil.
func (d *daemon) currentPlans() *planned {
	if p := d.plans.Load(); p != nil {
		return p
	}
	return &planned{}
}

// furnish lets the modules plan, opens the ports they ask for and installs their
// charts side by side.
func (d *daemon) furnish(ctx context.Context, report lab.Report) error {
	report(lab.Progress{Message: "asking the modules for their plans"})
	if err := d.startModules(ctx); err != nil {
		return err
	}
	if err := d.collectPlans(ctx); err != nil {
		return err
	}
	if err := d.openForwards(); err != nil {
		return err
	}
	progress := &installProgress{report: report}
	var tasks []task
	for _, c := range d.currentPlans().charts {
		if c.foreign {
			continue // it must not hold up the lab; see live
		}
		tasks = append(tasks, task{name: c.Release, needs: needsOf(c, d.currentPlans().charts), do: func(ctx context.Context) error {
			return d.install(ctx, c, progress)
		}})
	}
	progress.total = len(tasks)
	return runOrdered(ctx, tasks)
}

// openForwards adds a service for every port; a second attempt finds them there.
func (d *daemon) openForwards() error {
	have := d.super.States()
	for _, f := range d.currentPlans().forwards {
		svc := d.forwardService(f)
		if _, there := have[svc.Name()]; there {
			continue
		}
		if err := d.super.Add(svc); err != nil {
			return err
		}
	}
	return nil
}

func (d *daemon) forwardService(f sdk.Forward) lab.Service {
	return d.cluster.Forward(d.cfg.addr(d.hostPort(f)), f.Namespace, f.Service, f.Port)
}

// closeForwards ends the services of the ports that were planned and are not any more.
func (d *daemon) closeForwards(before []sdk.Forward) error {
	for _, f := range before {
		name := d.forwardService(f).Name()
		if slices.ContainsFunc(d.currentPlans().forwards, func(now sdk.Forward) bool { return d.forwardService(now).Name() == name }) {
			continue
		}
		if err := d.super.Remove(name); err != nil {
			return err
		}
	}
	return nil
}

// hostPort is the port the user chose for a forward, else the module's own.
func (d *daemon) hostPort(f sdk.Forward) int {
	for _, p := range d.cfg.Ports.list() {
		if p.key == f.Name {
			return p.number
		}
	}
	return f.HostPort
}

// install waits for a chart's images and installs it.
func (d *daemon) install(ctx context.Context, c plannedChart, progress *installProgress) error {
	files, err := charts.FS(c.Name)
	if err != nil {
		return fmt.Errorf("install %s: %w", c.Release, err)
	}
	images, err := defaultImages(files)
	if err != nil {
		return fmt.Errorf("install %s: %w", c.Release, err)
	}
	crds, err := chartCRDs(d.payload, c.Name)
	if err != nil {
		return fmt.Errorf("install %s: %w", c.Release, err)
	}
	progress.begin(c.Release, "waits for its images")
	if err := d.images.Await(ctx, images); err != nil {
		return fmt.Errorf("install %s: %w", c.Release, err)
	}
	progress.begin(c.Release, "is being installed")
	_, err = d.installer.Install(ctx, lab.Chart{Release: c.Release, Namespace: c.Namespace, FS: files,
		Values: d.values(c), CRDs: crds})
	if err != nil {
		return fmt.Errorf("install %s: %w", c.Release, err)
	}
	progress.finish(c.Release)
	return nil
}

// values are the module's for a chart, with what only the host knows of the
// machine laid under them.
func (d *daemon) values(c plannedChart) map[string]any {
	values := map[string]any{}
	if c.Name == "energy" {
		_, err := os.Stat("/sys/class/powercap/intel-rapl:0")
		values["cgroupPrefix"] = cgroupOf(d.cfg.DataDir)
		values["grid"] = map[string]any{"zone": d.cfg.Zone}
		values["rapl"] = map[string]any{"enabled": err == nil}
	}
	maps.Copy(values, c.Values)
	return values
}

// defaultImages reads the images that a chart's own values name.
func defaultImages(files fs.FS) ([]string, error) {
	data, err := fs.ReadFile(files, "values.yaml")
	if err != nil {
		return nil, err
	}
	var values map[string]any
	if err := yaml.Unmarshal(data, &values); err != nil {
		return nil, fmt.Errorf("read values.yaml: %w", err)
	}
	return chartImages(values), nil
}

// installProgress counts installed charts; done never goes backwards.
type installProgress struct {
	mu     sync.Mutex
	report lab.Report
	done   int
	total  int
}

func (p *installProgress) begin(release, what string) { p.say(release+" "+what, 0) }

func (p *installProgress) finish(release string) { p.say(release+" is ready", 1) }

func (p *installProgress) say(message string, more int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += more
	p.report(lab.Progress{Message: message, Done: int64(p.done), Total: int64(p.total)})
}
