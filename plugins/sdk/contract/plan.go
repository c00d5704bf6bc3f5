package contract

import (
	"context"
	"fmt"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/internal/wire"
	modulepb "github.com/labbox/labbox/plugins/sdk/proto"
)

func planValid(ctx context.Context, m sdk.Module) error {
	plan, err := m.Plan(ctx, sampleConfig())
	if err != nil {
		return fmt.Errorf("Plan fails: %w", err)
	}
	releases := map[string]bool{}
	for _, c := range plan.Charts {
		if !label.MatchString(c.Name) || !label.MatchString(c.Release) || !label.MatchString(c.Namespace) {
			return fmt.Errorf("chart %+v: name, release and namespace must be DNS labels", c)
		}
		if releases[c.Release] {
			return fmt.Errorf("release %q is planned twice", c.Release)
		}
		releases[c.Release] = true
		for _, n := range c.Needs {
			if n == c.Release || !label.MatchString(n) {
				return fmt.Errorf("release %q needs %q, which cannot be another release", c.Release, n)
			}
		}
	}
	for _, r := range plan.Repositories {
		if !label.MatchString(r.Name) {
			return fmt.Errorf("repository %q: the name must be a DNS label", r.Name)
		}
	}
	return forwardsValid(plan.Forwards)
}

func forwardsValid(forwards []sdk.Forward) error {
	seen := map[string]bool{}
	for _, f := range forwards {
		switch {
		case !label.MatchString(f.Name) || seen[f.Name]:
			return fmt.Errorf("forward %q has no name of its own", f.Name)
		case !label.MatchString(f.Namespace) || !label.MatchString(f.Service):
			return fmt.Errorf("forward %q: namespace and service must be DNS labels", f.Name)
		case !isPort(f.Port) || !isPort(f.HostPort):
			return fmt.Errorf("forward %q: %d and %d must be ports", f.Name, f.Port, f.HostPort)
		case f.Credentials != nil && (f.Credentials.Secret == "" || f.Credentials.PasswordKey == ""):
			return fmt.Errorf("forward %q: credentials name no secret or no key of the password", f.Name)
		}
		seen[f.Name] = true
	}
	return nil
}

func isPort(n int) bool { return n > 0 && n < 1<<16 }

func planPure(ctx context.Context, m sdk.Module) error {
	first, err := m.Plan(ctx, sampleConfig())
	if err != nil {
		return fmt.Errorf("Plan fails: %w", err)
	}
	// Another config in between must leave no trace.
	if _, err := m.Plan(ctx, sdk.Config{ClusterDomain: "other.example", Ports: allPorts(first, 40000)}); err != nil {
		return fmt.Errorf("Plan fails with another config: %w", err)
	}
	for range 3 {
		again, err := m.Plan(ctx, sampleConfig())
		if err != nil {
			return fmt.Errorf("Plan fails when asked again: %w", err)
		}
		if err := equal("Plan answers the same config", first, again); err != nil {
			return err
		}
	}
	return nil
}

func planLeavesConfig(ctx context.Context, m sdk.Module) error {
	first, err := m.Plan(ctx, sampleConfig())
	if err != nil {
		return fmt.Errorf("Plan fails: %w", err)
	}
	cfg := sdk.Config{ClusterDomain: "cluster.local", Ports: allPorts(first, 40000)}
	if _, err := m.Plan(ctx, cfg); err != nil {
		return fmt.Errorf("Plan fails: %w", err)
	}
	want := sdk.Config{ClusterDomain: "cluster.local", Ports: allPorts(first, 40000)}
	return equal("Plan leaves its config", want, cfg)
}

func planPorts(ctx context.Context, m sdk.Module) error {
	first, err := m.Plan(ctx, sampleConfig())
	if err != nil {
		return fmt.Errorf("Plan fails: %w", err)
	}
	ports := allPorts(first, 40000)
	moved, err := m.Plan(ctx, sdk.Config{ClusterDomain: "cluster.local", Ports: ports})
	if err != nil {
		return fmt.Errorf("Plan fails with other ports: %w", err)
	}
	if len(moved.Forwards) != len(first.Forwards) {
		return fmt.Errorf("other ports change the number of forwards from %d to %d", len(first.Forwards), len(moved.Forwards))
	}
	for _, f := range moved.Forwards {
		if f.HostPort != ports[f.Name] {
			return fmt.Errorf("forward %q is at port %d though Config.Ports says %d", f.Name, f.HostPort, ports[f.Name])
		}
	}
	return nil
}

// allPorts gives every forward of the plan a port from base on.
func allPorts(p sdk.Plan, base int) map[string]int {
	ports := map[string]int{}
	for i, f := range p.Forwards {
		ports[f.Name] = base + i
	}
	return ports
}

func planUnknownSetting(ctx context.Context, m sdk.Module) error {
	cfg := sampleConfig()
	cfg.Settings = sdk.Values{"sdktest-no-such-setting": true}
	_, err := m.Plan(ctx, cfg)
	if code := sdk.CodeOf(err); code != sdk.CodeInvalid {
		return fmt.Errorf("a setting that no module has gives %q (%v), not %q", code, err, sdk.CodeInvalid)
	}
	return nil
}

func planWire(ctx context.Context, m sdk.Module) error {
	plan, err := m.Plan(ctx, sampleConfig())
	if err != nil {
		return fmt.Errorf("Plan fails: %w", err)
	}
	var message modulepb.Plan
	if err := wire.Encode(plan, &message); err != nil {
		return err
	}
	var back sdk.Plan
	if err := wire.Decode(&message, &back); err != nil {
		return err
	}
	return equal("the wire returns the plan", plan, back)
}
