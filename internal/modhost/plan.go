package modhost

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/plugins/sdk"
)

// Configs returns the config of a module by its name.
type Configs func(module string) sdk.Config

// Plan asks every module for its plan and returns the plans so that each comes
// after those it needs; modules that do not depend on each other keep the order
// of List. A built-in module that gives no plan is an error. A foreign one is left
// out and reported to the log, and so are foreign ones that need it. configs may
// be nil.
func (h *Host) Plan(ctx context.Context, configs Configs) ([]NamedPlan, error) {
	if configs == nil {
		configs = func(string) sdk.Config { return sdk.Config{} }
	}
	plans := map[string]sdk.Plan{}
	var answered []*module
	var before []NamedPlan
	for _, m := range h.all() { // built-in modules come first
		plan, err := h.planOf(ctx, m, configs(m.source.name))
		if err == nil && !m.source.builtin {
			if err = firstOf(h.rulesOf(m, before).plan(plan, m.hasChart), clash(m.source.name, plan, before)); err != nil {
				m.refuse(err)
				continue
			}
		}
		switch {
		case err == nil:
			plans[m.source.name] = plan
			answered = append(answered, m)
			before = append(before, NamedPlan{m.source.name, plan})
		case m.source.builtin:
			return nil, lab.Errorf(lab.CodeStep, "see \"labbox module list\"; labbox keeps trying to start the module",
				"ask module %s for its plan: %w", m.source.name, err)
		default:
			m.refuse(err)
		}
	}
	return ordered(answered, plans)
}

// rulesOf are the rules for a foreign module: beside Options.Reserved, the namespaces
// of the built-in modules are not its own.
func (h *Host) rulesOf(m *module, before []NamedPlan) rules {
	r := rules{module: m.source.name, reserved: slices.Clone(h.o.Reserved)}
	builtin := map[string]bool{}
	for _, other := range h.all() {
		builtin[other.source.name] = other.source.builtin
		if !other.source.builtin {
			r.modules = append(r.modules, other.source.name)
		}
	}
	for _, p := range before {
		for _, c := range p.Plan.Charts {
			if builtin[p.Module] {
				r.reserved = append(r.reserved, c.Namespace)
			}
		}
	}
	return r
}

func (h *Host) planOf(ctx context.Context, m *module, cfg sdk.Config) (sdk.Plan, error) {
	plan, err := call(ctx, m, question[sdk.Plan]{"Plan", h.o.Limits.Plan,
		func(ctx context.Context, p sdk.Module) (sdk.Plan, error) { return p.Plan(ctx, cfg) }})
	if err != nil {
		return plan, err
	}
	return plan, acceptable(plan)
}

// ordered sorts the plans by the needs of their modules. Foreign modules whose
// needs are not met are dropped.
func ordered(modules []*module, plans map[string]sdk.Plan) ([]NamedPlan, error) {
	needs := map[string][]string{}
	for _, m := range modules {
		needs[m.source.name] = m.snapshot().Info.Needs
	}
	for {
		n := len(modules)
		modules = slices.DeleteFunc(modules, func(m *module) bool {
			for _, need := range needs[m.source.name] {
				if _, there := plans[need]; !there && !m.source.builtin {
					m.refuse(invalid("module %s needs module %s, which is not there", m.source.name, need))
					delete(plans, m.source.name)
					return true
				}
			}
			return false
		})
		if len(modules) == n {
			break
		}
	}
	var names []string
	for _, m := range modules {
		names = append(names, m.source.name)
	}
	sorted, err := sortByNeeds("module", names, needs)
	if err != nil {
		return nil, err
	}
	out := make([]NamedPlan, 0, len(sorted))
	for _, name := range sorted {
		out = append(out, NamedPlan{Module: name, Plan: plans[name]})
	}
	return out, nil
}

// Charts returns the charts of all plans so that each comes after those it needs.
// It fails when a release is planned twice, needs one that nobody plans, or needs
// itself by way of others.
func Charts(plans []NamedPlan) ([]sdk.Chart, error) {
	byRelease := map[string]sdk.Chart{}
	owner := map[string]string{}
	needs := map[string][]string{}
	var order []string
	for _, p := range plans {
		for _, c := range p.Plan.Charts {
			if other, taken := owner[c.Release]; taken {
				return nil, fmt.Errorf("release %s is planned by module %s and by module %s", c.Release, other, p.Module)
			}
			byRelease[c.Release], owner[c.Release], needs[c.Release] = c, p.Module, c.Needs
			order = append(order, c.Release)
		}
	}
	sorted, err := sortByNeeds("release", order, needs)
	if err != nil {
		return nil, err
	}
	out := make([]sdk.Chart, 0, len(sorted))
	for _, release := range sorted {
		out = append(out, byRelease[release])
	}
	return out, nil
}

// Forwards returns the forwards of all plans in their order. It fails when two
// share a name or a host port.
func Forwards(plans []NamedPlan) ([]sdk.Forward, error) {
	names, ports := map[string]string{}, map[int]string{}
	var out []sdk.Forward
	for _, p := range plans {
		for _, f := range p.Plan.Forwards {
			if other, taken := names[f.Name]; taken {
				return nil, fmt.Errorf("forward %s is planned by module %s and by module %s", f.Name, other, p.Module)
			}
			if other, taken := ports[f.HostPort]; taken {
				return nil, lab.Errorf(lab.CodePort, "give one of them another port in the configuration file",
					"port %d is planned for both %s and %s", f.HostPort, other, f.Name)
			}
			names[f.Name], ports[f.HostPort] = p.Module, f.Name
			out = append(out, f)
		}
	}
	return out, nil
}

// Check asks every module how its trend fares, all at once, and returns the
// answers in the order of List. A module that fails to answer is a Health that is
// not Alive and names it.
func (h *Host) Check(ctx context.Context, t sdk.Target) []NamedHealth {
	modules := h.all()
	out := make([]NamedHealth, len(modules))
	var wg sync.WaitGroup
	for i, m := range modules {
		wg.Go(func() {
			health, err := call(ctx, m, question[sdk.Health]{"Check", h.o.Limits.Check,
				func(ctx context.Context, p sdk.Module) (sdk.Health, error) { return p.Check(ctx, t) }})
			if err != nil {
				health = sdk.Health{Message: err.Error()}
			}
			m.watchHog()
			out[i] = NamedHealth{Module: m.source.name, Health: boundHealth(health)}
		})
	}
	wg.Wait()
	return out
}

// acceptable refuses plans that the host could not carry out.
func acceptable(p sdk.Plan) error {
	for _, c := range p.Charts {
		if !moduleName.MatchString(c.Name) || !moduleName.MatchString(c.Release) || !moduleName.MatchString(c.Namespace) {
			return fmt.Errorf("chart %q as release %q in namespace %q: each must be a DNS label", c.Name, c.Release, c.Namespace)
		}
	}
	for _, f := range p.Forwards {
		if f.Port < 1 || f.Port > 65535 || f.HostPort < 1 || f.HostPort > 65535 {
			return fmt.Errorf("forward %q from port %d to %d: no such port", f.Name, f.HostPort, f.Port)
		}
	}
	return nil
}
