package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/modhost"
	"github.com/labbox/labbox/plugins/gitops"
	"github.com/labbox/labbox/plugins/mlops"
	"github.com/labbox/labbox/plugins/platform"
	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/serverless"
	"github.com/labbox/labbox/plugins/sustainability"
)

// moduleCommand is the hidden first argument of a built-in module's process.
const moduleCommand = "module-serve"

// moduleGarbage is how much garbage a module's process may pile up, in percent of
// what it uses; moduleSettled is when its start is over.
const (
	moduleGarbage = 25
	moduleSettled = 5 * time.Second
)

// trends are the built-in modules.
func trends() map[string]func() sdk.Module {
	return map[string]func() sdk.Module{
		"gitops":         gitops.New,
		"platform":       platform.New,
		"mlops":          mlops.New,
		"serverless":     serverless.New,
		"sustainability": sustainability.New,
	}
}

// labNamespaces are the namespaces of the lab that no module plans: no module by others
// may use them, nor those that the built-in modules plan.
func labNamespaces() []string {
	return []string{"default", "kube-system", "kube-public", "kube-node-lease", "openfaas", "openfaas-fn", "lambda-fn",
		"argocd", "git", "mlops", "monitoring", "energy", "backstage", "workbench", "fn"}
}

// serveModule is what the process of a built-in module does.
func serveModule(args []string) int {
	if len(args) != 1 || trends()[args[0]] == nil {
		fmt.Fprintf(os.Stderr, "labbox: %s takes the name of a built-in module\n", moduleCommand)
		return 2
	}
	// What the packages of this large program made at its start is most of what the
	// process has; there are five of them.
	debug.SetGCPercent(moduleGarbage)
	time.AfterFunc(moduleSettled, debug.FreeOSMemory)
	sdk.Serve(trends()[args[0]]())
	return 0
}

func (d *daemon) moduleOptions() modhost.Options {
	return modhost.Options{
		Builtin: d.cfg.Trends,
		Command: func(name string) (string, []string) { return "/proc/self/exe", []string{moduleCommand, name} },
		Dir:     d.paths.Modules(),
		RunDir:  d.paths.file("run"), ContentDir: d.paths.ModuleContent(),
		Reserved: labNamespaces(), Cage: d.cageOf,
		Log: d.log,
		Observe: func(e lab.Event) {
			d.events.Emit(context.Background(), e)
			d.foreign.observe(e)
		},
	}
}

// startModules starts the module host, once.
func (d *daemon) startModules(ctx context.Context) error {
	if d.modulesUp {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(d.paths.Dir(), "run"), 0o700); err != nil {
		return err
	}
	d.makeCages()
	if err := d.modules.Start(ctx); err != nil {
		return err
	}
	d.modulesUp = true
	d.later("modules", func(context.Context) error {
		d.modules.Close()
		d.closeCages()
		return nil
	})
	return nil
}

// collectPlans asks every module what it wants and checks that it fits together.
func (d *daemon) collectPlans(ctx context.Context) error {
	cfg := sdk.Config{ClusterDomain: "cluster.local", Ports: map[string]int{}}
	for _, p := range d.cfg.Ports.list() {
		cfg.Ports[p.key] = p.number
	}
	plans, err := d.modules.Plan(ctx, func(string) sdk.Config { return cfg })
	if err != nil {
		return err
	}
	if _, err := modhost.Charts(plans); err != nil {
		return err
	}
	forwards, err := modhost.Forwards(plans)
	if err != nil {
		return err
	}
	all := planned{forwards: forwards}
	for _, p := range plans {
		for _, c := range p.Plan.Charts {
			all.charts = append(all.charts, plannedChart{module: p.Module, foreign: !d.builtin(p.Module), Chart: c})
		}
	}
	d.plans.Store(&all)
	return nil
}

// target is where modules find the systems, logins included.
func (d *daemon) target(ctx context.Context) sdk.Target {
	t := sdk.Target{Kubeconfig: d.paths.Kubeconfig(), Endpoints: map[string]sdk.Endpoint{}}
	for _, f := range d.currentPlans().forwards {
		e := sdk.Endpoint{URL: "http://" + d.cfg.addr(d.hostPort(f))}
		if f.Credentials != nil {
			if c, err := d.credential(ctx, f); err == nil {
				e.User, e.Password = c.User, c.Password
			}
		}
		t.Endpoints[f.Name] = e
	}
	return t
}

// healths keeps the last answer of each module's Check.
type healths struct {
	mu sync.Mutex
	by map[string]sdk.Health
}

func (h *healths) set(name string, health sdk.Health) (before sdk.Health, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.by == nil {
		h.by = map[string]sdk.Health{}
	}
	before, known = h.by[name]
	h.by[name] = health
	return before, known
}

func (h *healths) get(name string) (sdk.Health, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	health, known := h.by[name]
	return health, known
}
