package energy

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"
)

// machine is a fake /proc and /sys/fs/cgroup.
type machine struct {
	t            *testing.T
	proc, cgroup string
}

func mustMachine(t *testing.T) *machine {
	m := &machine{t: t, proc: t.TempDir(), cgroup: t.TempDir()}
	m.node(0, 0)
	mustWrite(t, filepath.Join(m.cgroup, "cgroup.controllers"), "cpu\n")
	return m
}

func (m *machine) node(active, idle int) {
	m.t.Helper()
	mustWrite(m.t, filepath.Join(m.proc, "stat"), fmt.Sprintf("cpu %d 0 0 %d 0 0 0 0\ncpu0 0\ncpu1 0\n", active*100, idle*100))
}

func (m *machine) pod(uid string, seconds float64) {
	m.t.Helper()
	mustWrite(m.t, filepath.Join(m.cgroup, "labbox/kubepods/burstable/pod"+uid, "cpu.stat"), fmt.Sprintf("usage_usec %.0f\n", seconds*1e6))
}

type names map[string]PodInfo

func (n names) Lookup(uid string) (PodInfo, bool) { p, ok := n[uid]; return p, ok }

func (m *machine) sampler(dir Directory) *Sampler {
	return &Sampler{
		Proc: m.proc, Cgroups: Cgroups{Root: m.cgroup}, Directory: dir, Ledger: NewLedger(), Period: time.Second,
		Meter: NewCCFMeter(Coefficients{Min: 1, Max: 4}, 2), Log: slog.New(slog.DiscardHandler),
	}
}

func TestSampler(t *testing.T) {
	t.Parallel()
	m := mustMachine(t)
	m.pod(uidA, 1000) // from long before
	s := m.sampler(names{uidA: {Name: "old", Namespace: "ns"}, uidB: {Name: "short", Namespace: "ns"}})
	if err := s.begin(start()); err != nil {
		t.Fatal(err)
	}
	step := func(n int) {
		t.Helper()
		if err := s.sample(start().Add(time.Duration(n) * time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	m.node(1, 1)
	m.pod(uidA, 1000.25)
	m.pod(uidB, .5) // came within this second
	step(1)
	a, b := s.Ledger.pods[uidA], s.Ledger.pods[uidB]
	if !near(a.CPU, .25, 1e-9) || !near(b.CPU, .5, 1e-9) || b.Info.Name != "short" || b.Info.UID != uidB {
		t.Errorf("a %+v, b %+v", a, b)
	}
	// 2 CPUs at half load are 2·(1 + .5·3) = 5 W; half of it active; b used half of that.
	if !near(b.Zones["package"].Joules, 1.25, 1e-9) {
		t.Errorf("b has %v J", b.Zones["package"].Joules)
	}
	t.Run("a pod that cannot be read for a moment is not counted twice", func(t *testing.T) {
		mustWrite(t, filepath.Join(m.cgroup, "labbox/kubepods/burstable/pod"+uidA, "cpu.stat"), "garbage\n")
		m.node(2, 2)
		step(2)
		m.pod(uidA, 1000.5)
		m.node(3, 3)
		step(3)
		if a := s.Ledger.pods[uidA]; !near(a.CPU, .5, 1e-9) || a.State != StateRunning {
			t.Errorf("a = %+v", a)
		}
	})
}

func TestSamplerBeforeTheKubelet(t *testing.T) {
	t.Parallel()
	m := mustMachine(t)
	s := m.sampler(names{})
	if err := s.begin(start()); err != nil {
		t.Fatal(err)
	}
	m.node(1, 1)
	if err := s.sample(start().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if z := s.Ledger.zones["package"]; z == nil || z.Total.Joules != 5 {
		t.Errorf("the node has %+v", z)
	}
	m.pod(uidA, .5)
	m.node(2, 2)
	if err := s.sample(start().Add(2 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if p := s.Ledger.pods[uidA]; p == nil || p.CPU != .5 {
		t.Errorf("the first pod has %+v", p)
	}
}
