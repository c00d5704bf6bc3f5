package modhost

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/labbox/labbox/plugins/sdk"
)

// The bounds of a plan.
const (
	maxCharts   = 16
	maxForwards = 16
	lowestPort  = 1024
)

// rules are what a foreign module may ask for: that which is its own, so that it can
// harm nothing but itself.
type rules struct {
	module   string
	modules  []string // all foreign modules
	reserved []string // namespaces of the lab, whatever a module is called
}

// owns says whether a name is the module's own or begins with it. Where one module's
// name begins with another's, the longer one owns what fits both.
func (r rules) owns(name string) bool {
	best := ""
	for _, m := range append([]string{r.module}, r.modules...) {
		if (name == m || strings.HasPrefix(name, m+"-")) && len(m) > len(best) {
			best = m
		}
	}
	return best == r.module && !slices.Contains(r.reserved, name)
}

// namespace refuses a namespace that is not the module's own.
func (r rules) namespace(what, name string) error {
	if r.owns(name) {
		return nil
	}
	return sdk.Errorf(sdk.CodeInvalid, "module %s asks for %s in namespace %q; a module may use only the namespaces %s and %s-..., and none of the lab's own",
		r.module, what, name, r.module, r.module)
}

func (r rules) name(what, name string) error {
	if r.owns(name) {
		return nil
	}
	return sdk.Errorf(sdk.CodeInvalid, "module %s asks for %s %q; what belongs to a module is called %s or %s-...",
		r.module, what, name, r.module, r.module)
}

// plan refuses a plan that goes beyond what is the module's own. hasChart says which
// charts it has brought.
func (r rules) plan(p sdk.Plan, hasChart func(string) bool) error {
	if len(p.Charts) > maxCharts || len(p.Forwards) > maxForwards || len(p.Repositories) > maxCharts {
		return invalid("module %s plans %d charts, %d forwards and %d repositories; at most %d, %d and %d are allowed",
			r.module, len(p.Charts), len(p.Forwards), len(p.Repositories), maxCharts, maxForwards, maxCharts)
	}
	for n, c := range p.Charts {
		if err := firstOf(r.namespace("chart "+c.Name, c.Namespace), r.name("release", c.Release)); err != nil {
			return err
		}
		if !hasChart(c.Name) {
			return invalid("module %s asks for chart %q, which it does not bring: there is no charts/%s/Chart.yaml in its content", r.module, c.Name, c.Name)
		}
		for _, need := range c.Needs {
			if !slices.ContainsFunc(p.Charts[:n], func(o sdk.Chart) bool { return o.Release == need }) {
				return invalid("module %s plans release %s, which needs %s; a release may need those that the module plans before it", r.module, c.Release, need)
			}
		}
	}
	for _, f := range p.Forwards {
		err := firstOf(r.name("forward", f.Name), r.namespace("forward "+f.Name, f.Namespace))
		if err == nil && f.Credentials != nil {
			err = r.namespace("the credentials of forward "+f.Name, f.Credentials.Namespace)
		}
		if err == nil && f.HostPort < lowestPort {
			err = invalid("module %s asks for port %d of the machine; a module may use ports from %d on", r.module, f.HostPort, lowestPort)
		}
		if err != nil {
			return err
		}
	}
	for _, repo := range p.Repositories {
		if err := r.name("repository", repo.Name); err != nil {
			return err
		}
	}
	return nil
}

// clash finds what a plan has in common with those before it.
func clash(module string, p sdk.Plan, before []NamedPlan) error {
	for _, other := range before {
		for _, c := range other.Plan.Charts {
			if slices.ContainsFunc(p.Charts, func(own sdk.Chart) bool { return own.Release == c.Release }) {
				return invalid("module %s plans release %s, and so does module %s", module, c.Release, other.Module)
			}
		}
		for _, f := range other.Plan.Forwards {
			for _, own := range p.Forwards {
				if own.Name == f.Name || own.HostPort == f.HostPort {
					return invalid("module %s plans forward %s on port %d, and module %s has forward %s on port %d",
						module, own.Name, own.HostPort, other.Module, f.Name, f.HostPort)
				}
			}
		}
	}
	return nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// The bounds of an answer to Check and Verify.
const (
	maxSignals = 64
	maxWords   = 2 << 10
)

// boundHealth cuts an answer down to what can be shown, and says so in its message.
func boundHealth(h sdk.Health) sdk.Health {
	cut := len(h.Signals) > maxSignals || len(h.Links) > maxSignals
	h.Signals, h.Links = h.Signals[:min(len(h.Signals), maxSignals)], h.Links[:min(len(h.Links), maxSignals)]
	h.Message = words(h.Message)
	for i, s := range h.Signals {
		h.Signals[i].Name, h.Signals[i].Text, h.Signals[i].Unit = words(s.Name), words(s.Text), words(s.Unit)
	}
	for i, l := range h.Links {
		h.Links[i].Name, h.Links[i].URL = words(l.Name), words(l.URL)
	}
	if cut {
		h.Message = fmt.Sprintf("%s (more than %d signals or links; the rest is left out)", h.Message, maxSignals)
	}
	return h
}

func boundVerdict(v sdk.Verdict) sdk.Verdict {
	v.Seen, v.Expected, v.Hint = words(v.Seen), words(v.Expected), words(v.Hint)
	return v
}

// words cuts a text where it is too long to be read, between two characters.
func words(s string) string {
	if len(s) <= maxWords {
		return s
	}
	return strings.ToValidUTF8(s[:maxWords], "") + "..."
}

// CheckPlan says what is wrong with the plan of a foreign module that is not in a lab
// yet. files are what it brings.
func CheckPlan(module string, p sdk.Plan, reserved []string, files fs.FS) error {
	r := rules{module: module, reserved: reserved}
	return firstOf(acceptable(p), r.plan(p, func(chart string) bool {
		_, err := fs.Stat(files, "charts/"+chart+"/Chart.yaml")
		return err == nil
	}))
}

// OwnedBy is Host.Owns for a module that is not in a lab yet.
func OwnedBy(module, name string, reserved []string) bool {
	return rules{module: module, reserved: reserved}.owns(name)
}
