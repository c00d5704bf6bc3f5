// Package energyexporter tells the energy of pods: see internal/energy.
package energyexporter

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/labbox/labbox/internal/energy"
)

type config struct {
	addr, proc, sys, cgroupRoot, cgroupPrefix string
	node, gridFile, gridZone, method          string
	tdp, minWatts, maxWatts                   float64
	period                                    time.Duration
	containers, kubernetes                    bool
	embodied                                  energy.Embodied
}

func parse(args []string) (config, error) {
	c := config{embodied: energy.DefaultEmbodied()}
	f := flag.NewFlagSet("energy-exporter", flag.ContinueOnError)
	f.StringVar(&c.addr, "listen", ":9102", "address to listen on")
	f.StringVar(&c.proc, "proc", "/proc", "where the proc file system is")
	f.StringVar(&c.sys, "sys", "/sys", "where the host's sys file system is")
	f.StringVar(&c.cgroupRoot, "cgroup-root", "", "where the cgroup file system is (default <sys>/fs/cgroup)")
	f.StringVar(&c.cgroupPrefix, "cgroup-prefix", "", "group that holds kubepods; empty: search")
	f.StringVar(&c.node, "node", os.Getenv("NODE_NAME"), "name of the node (also NODE_NAME)")
	f.DurationVar(&c.period, "period", time.Second, "time between samples")
	f.BoolVar(&c.containers, "containers", true, "tell containers apart, too")
	f.BoolVar(&c.kubernetes, "kubernetes", true, "ask the API server for the names of pods")
	f.StringVar(&c.method, "method", "auto", "auto, rapl, ccf or teads")
	f.Float64Var(&c.tdp, "tdp-watts", 0, "thermal design power of the processor, for the method teads")
	f.Float64Var(&c.minWatts, "min-watts", 0, "watts per vCPU at no load, instead of the table's")
	f.Float64Var(&c.maxWatts, "max-watts", 0, "watts per vCPU at full load, instead of the table's")
	f.StringVar(&c.gridFile, "grid-file", "", "JSON table of carbon intensities, instead of the one that is built in")
	f.StringVar(&c.gridZone, "grid-zone", "DE", "zone of the grid")
	f.Float64Var(&c.embodied.TotalKg, "embodied-kg", c.embodied.TotalKg, "carbon of making the whole machine, kgCO2e")
	f.Float64Var(&c.embodied.VCPUs, "embodied-vcpus", c.embodied.VCPUs, "vCPUs that share it")
	f.Float64Var(&c.embodied.LifespanHours, "lifespan-hours", c.embodied.LifespanHours, "hours the machine lives")
	err := f.Parse(args)
	if c.cgroupRoot == "" {
		c.cgroupRoot = filepath.Join(c.sys, "fs/cgroup")
	}
	if c.node == "" {
		c.node, _ = os.Hostname()
	}
	return c, err
}

// Main is the program with its flags in args. It returns when ctx is done or the
// server has failed.
func Main(ctx context.Context, args []string, version, _ string) error {
	c, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	cpus, err := energy.ReadProcessors(c.proc)
	if err != nil {
		return err
	}
	facts, meter, err := c.facts(cpus)
	if err != nil {
		return err
	}
	directory, err := c.directory(ctx, log)
	if err != nil {
		return err
	}
	ledger := energy.NewLedger()
	sampler := &energy.Sampler{
		Proc: c.proc, Meter: meter, Directory: directory, Ledger: ledger, Period: c.period, Log: log,
		Cgroups: energy.Cgroups{Root: c.cgroupRoot, Prefix: c.cgroupPrefix, Containers: c.containers},
	}
	log.Info("serving", "addr", c.addr, "method", facts.Method, "model", facts.Model.Name, "grid", facts.Zone, "node", c.node, "version", version)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() { cancel(sampler.Run(ctx)) }()
	collector := energy.NewCollector(ledger, facts, energy.Node{Name: c.node, CPUs: cpus, Version: version})
	if err := energy.Serve(ctx, c.addr, energy.Handler(ledger, facts, collector), log); err != nil {
		return err
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// facts chooses the meter: RAPL where it can be read, else a model.
func (c config) facts(cpus []energy.Processor) (energy.Facts, energy.Meter, error) {
	f := energy.Facts{Zone: c.gridZone, Embodied: c.embodied}
	var err error
	if f.Grid, err = energy.LoadGrid(c.gridFile); err != nil {
		return f, nil, err
	}
	if _, err = f.Grid.Intensity(c.gridZone); err != nil {
		return f, nil, err
	}
	meter, err := c.meter(&f, cpus)
	if err == nil {
		f.Method = meter.Method()
	}
	return f, meter, err
}

func (c config) meter(f *energy.Facts, cpus []energy.Processor) (energy.Meter, error) {
	if len(cpus) == 0 {
		return nil, errors.New("/proc/cpuinfo names no processor")
	}
	if c.method == "auto" || c.method == energy.MethodRAPL {
		meter, err := energy.NewRAPLMeter(c.sys)
		if err == nil || c.method == energy.MethodRAPL {
			return meter, err
		}
	}
	if c.method == energy.MethodTeads || (c.method == "auto" && c.tdp > 0) {
		if c.tdp <= 0 {
			return nil, errors.New("the method teads needs --tdp-watts")
		}
		f.Model = energy.Coefficients{Name: fmt.Sprintf("TDP %g W", c.tdp), Min: energy.TeadsWatts(c.tdp, 0), Max: energy.TeadsWatts(c.tdp, 1)}
		f.ModelFrom = "Teads Engineering's curve by thermal design power"
		return energy.NewTeadsMeter(c.tdp), nil
	}
	if c.method != "auto" && c.method != energy.MethodCCF {
		return nil, fmt.Errorf("no method %q; there are auto, rapl, ccf, teads", c.method)
	}
	table, err := energy.DefaultPowerTable()
	if err != nil {
		return nil, err
	}
	f.Model, f.ModelFrom = table.For(cpus[0]), table.Source
	if c.maxWatts > 0 {
		f.Model = energy.Coefficients{Name: "given", Min: c.minWatts, Max: c.maxWatts}
		f.ModelFrom = "given by --min-watts and --max-watts"
	}
	return energy.NewCCFMeter(f.Model, len(cpus)), nil
}

// nameless is a Directory for a machine without Kubernetes.
type nameless struct{}

func (nameless) Lookup(string) (energy.PodInfo, bool) { return energy.PodInfo{}, false }

func (c config) directory(ctx context.Context, log *slog.Logger) (energy.Directory, error) {
	if !c.kubernetes {
		return nameless{}, nil
	}
	opt, err := energy.InCluster(c.node, log)
	if err != nil {
		return nil, err
	}
	w := energy.NewWatcher(opt)
	go w.Run(ctx)
	return w, nil
}
