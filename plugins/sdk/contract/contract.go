// Package contract is what every module keeps, clause by clause. Package sdktest runs
// it in a module's own tests, "labbox module test" on a finished program in whatever
// language.
package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/host"
)

// Check is one clause of the contract.
type Check struct {
	Name string
	// Run returns nil when m keeps the clause, else what it did and should have done.
	Run func(ctx context.Context, m sdk.Module) error
}

// Checks returns the clauses that hold in a test's own process as well as over the
// wire. None of them needs a running lab.
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

// ProgramCheck is one clause about a finished program.
type ProgramCheck struct {
	Name string
	// Run gets two processes of the same program, and may not end them.
	Run func(ctx context.Context, a, b *host.Process) error
}

// ProgramChecks returns the clauses that only a program can keep.
func ProgramChecks() []ProgramCheck {
	return []ProgramCheck{
		{"two processes describe and plan the same", samePlan},
		{"content is valid and stable", contentValid},
		{"bad requests are refused", badRequests},
		{"calls side by side are answered", sideBySide},
	}
}

// EndsInTime is the last clause: a module ends when it is told to.
func EndsInTime(p *host.Process) error {
	began := time.Now()
	p.Close()
	if took := time.Since(began); took > time.Second {
		return fmt.Errorf("the module took %s to end when it was told to; a second is allowed", took.Round(time.Millisecond))
	}
	return nil
}

func samePlan(ctx context.Context, a, b *host.Process) error {
	one, err := a.Plan(ctx, sampleConfig())
	if err != nil {
		return err
	}
	two, err := b.Plan(ctx, sampleConfig())
	if err != nil {
		return err
	}
	if err := equal("two processes plan", one, two); err != nil {
		return err
	}
	first, err := a.Describe(ctx)
	if err != nil {
		return err
	}
	second, err := b.Describe(ctx)
	if err != nil {
		return err
	}
	return equal("two processes describe themselves", first, second)
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
