// Package sdktest is the contract that every trend module keeps, as a suite that a
// module runs in its own tests, in the test's process and over the real protocol:
//
//	func TestMain(m *testing.M)         { sdktest.Main(m, hello.New()) }
//	func TestContract(t *testing.T)     { sdktest.Contract(t, hello.New()) }
//	func TestContractWire(t *testing.T) { sdktest.ContractWire(t) }
package sdktest

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/host"
	"github.com/labbox/labbox/plugins/sdk/internal/wire"
)

// Check is one clause of the contract.
type Check struct {
	Name string
	// Run returns nil when m keeps the clause, else what it did and should have done.
	Run func(ctx context.Context, m sdk.Module) error
}

// Checks returns all clauses. None of them needs a running lab.
func Checks() []Check {
	return []Check{
		{"describe is valid", describeValid},
		{"describe is stable", describeStable},
		{"plan is valid", planValid},
		{"plan is pure", planPure},
		{"plan leaves its config alone", planLeavesConfig},
		{"plan honours ports", planPorts},
		{"plan refuses unknown settings", planUnknownSetting},
		{"plan survives the wire", planWire},
		{"check of nothing is not alive", checkNothing},
		{"check of a dead target is not alive", checkDead},
		{"check of a failing target is not alive", checkFailing},
		{"check of a silent target ends", checkSilent},
		{"verify of an unknown step is not found", verifyUnknown},
		{"verify of a dead target has not passed", verifyDead},
	}
}

// Contract runs all clauses on m.
func Contract(t *testing.T, m sdk.Module) {
	t.Helper()
	for _, c := range Checks() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			if err := c.Run(ctx, m); err != nil {
				t.Error(err)
			}
		})
	}
}

// Main is the TestMain of a module's package. It lets the test binary serve as the
// module's program, which is what ContractWire starts.
func Main(m *testing.M, module sdk.Module) {
	if os.Getenv(wire.CookieKey) == wire.CookieValue {
		sdk.Serve(module)
		return
	}
	os.Exit(m.Run())
}

// ContractWire runs all clauses on the module that Main serves, as a child process
// behind the real handshake, and compares the plans of two processes.
func ContractWire(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	Program(t, host.Options{Name: "self", Path: self})
}

// Program runs all clauses on a finished module, in whatever language.
func Program(t *testing.T, o host.Options) {
	t.Helper()
	first, second := mustLaunch(t, o), mustLaunch(t, o)
	// Not parallel at this level: the children end with t.
	t.Run("contract", func(t *testing.T) { Contract(t, first) })
	t.Run("two processes plan the same", func(t *testing.T) {
		if err := samePlan(t.Context(), first, second); err != nil {
			t.Error(err)
		}
	})
	t.Run("close ends it in time", func(t *testing.T) {
		began := time.Now()
		second.Close()
		if d := time.Since(began); d > time.Second {
			t.Errorf("Close took %s: the module does not end when it is asked to", d)
		}
	})
}

func mustLaunch(t *testing.T, o host.Options) *host.Process {
	t.Helper()
	o.Line = func(l host.Line) { t.Logf("module says: %s %s %v", l.Level, l.Message, l.Attrs) }
	p, err := host.Launch(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func samePlan(ctx context.Context, a, b sdk.Module) error {
	one, err := a.Plan(ctx, sampleConfig())
	if err != nil {
		return err
	}
	two, err := b.Plan(ctx, sampleConfig())
	if err != nil {
		return err
	}
	return equal("two processes plan", one, two)
}

// equal compares two values by their JSON, which is what the host sees of them.
func equal(what string, a, b any) error {
	x, err := json.Marshal(a)
	if err != nil {
		return err
	}
	y, err := json.Marshal(b)
	if err != nil {
		return err
	}
	if string(x) != string(y) {
		return errors.New(what + " differently:\n" + string(x) + "\n" + string(y))
	}
	return nil
}

func sampleConfig() sdk.Config {
	return sdk.Config{ClusterDomain: "cluster.local"}
}
