// Package sdktest is the contract that every trend module keeps, as a suite that a
// module runs in its own tests, in the test's process and over the real protocol:
//
//	func TestMain(m *testing.M)         { sdktest.Main(m, hello.New()) }
//	func TestContract(t *testing.T)     { sdktest.Contract(t, hello.New()) }
//	func TestContractWire(t *testing.T) { sdktest.ContractWire(t) }
package sdktest

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/contract"
	"github.com/labbox/labbox/plugins/sdk/host"
	"github.com/labbox/labbox/plugins/sdk/internal/wire"
)

// Contract runs all clauses on m.
func Contract(t *testing.T, m sdk.Module) {
	t.Helper()
	for _, c := range contract.Checks() {
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
	for _, c := range contract.ProgramChecks() {
		t.Run(c.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if err := c.Run(ctx, first, second); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("close ends it in time", func(t *testing.T) {
		if err := contract.EndsInTime(second); err != nil {
			t.Error(err)
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
