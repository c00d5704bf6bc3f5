package energy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	uidA = "0a1b2c3d-1111-2222-3333-444455556666"
	uidB = "ffffffff-1111-2222-3333-444455556666"
)

func mustWrite(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestCgroupLayouts(t *testing.T) {
	t.Parallel()
	container := strings.Repeat("ab", 32)
	v1 := func(root, controller, pods string) func(t *testing.T) {
		return func(t *testing.T) {
			burst := filepath.Join(root, controller, pods, "burstable", "pod"+uidA)
			mustWrite(t, filepath.Join(burst, "cpuacct.usage"), "2500000000\n")
			mustWrite(t, filepath.Join(burst, container, "cpuacct.usage"), "2000000000\n")
			mustWrite(t, filepath.Join(burst, "tasks-of-nobody", "cpuacct.usage"), "1\n")
			mustWrite(t, filepath.Join(root, "memory", pods, "burstable", "pod"+uidA, "memory.usage_in_bytes"), "3000\n")
			mustWrite(t, filepath.Join(root, "memory", pods, "burstable", "pod"+uidA, "memory.stat"), "cache 9\ntotal_inactive_file 1000\n")
			mustWrite(t, filepath.Join(root, controller, pods, "pod"+uidB, "cpuacct.usage"), "7000000\n")
			mustWrite(t, filepath.Join(root, controller, pods, "besteffort", "cpuacct.usage"), "0\n")
		}
	}
	v2 := func(root, pods string, systemd bool) func(t *testing.T) {
		return func(t *testing.T) {
			mustWrite(t, filepath.Join(root, "cgroup.controllers"), "cpu memory\n")
			mustWrite(t, filepath.Join(root, "system.slice", "cpu.stat"), "usage_usec 5\n")
			a, b, c := filepath.Join(root, pods, "burstable", "pod"+uidA), filepath.Join(root, pods, "pod"+uidB), container
			if systemd {
				under := strings.ReplaceAll(uidA, "-", "_")
				a = filepath.Join(root, pods, "kubepods-burstable.slice", "kubepods-burstable-pod"+under+".slice")
				b = filepath.Join(root, pods, "kubepods-pod"+strings.ReplaceAll(uidB, "-", "_")+".slice")
				c = "cri-containerd-" + container + ".scope"
			}
			mustWrite(t, filepath.Join(a, "cpu.stat"), "usage_usec 2500000\nuser_usec 1\n")
			mustWrite(t, filepath.Join(a, c, "cpu.stat"), "usage_usec 2000000\n")
			mustWrite(t, filepath.Join(a, "memory.current"), "3000\n")
			mustWrite(t, filepath.Join(a, "memory.stat"), "anon 5\ninactive_file 1000\n")
			mustWrite(t, filepath.Join(b, "cpu.stat"), "usage_usec 7000\n")
		}
	}
	tests := map[string]struct {
		make   func(root string) func(*testing.T)
		prefix string
	}{
		"v1, in a group of its own":       {func(r string) func(*testing.T) { return v1(r, "cpuacct", "labbox/kubepods") }, ""},
		"v1, prefix given":                {func(r string) func(*testing.T) { return v1(r, "cpuacct", "labbox/kubepods") }, "/labbox"},
		"v1, controllers together":        {func(r string) func(*testing.T) { return v1(r, "cpu,cpuacct", "kubepods") }, ""},
		"v2, cgroupfs":                    {func(r string) func(*testing.T) { return v2(r, "kubepods", false) }, ""},
		"v2, cgroupfs, deep":              {func(r string) func(*testing.T) { return v2(r, "a/b/labbox/kubepods", false) }, ""},
		"v2, systemd":                     {func(r string) func(*testing.T) { return v2(r, "kubepods.slice", true) }, ""},
		"v2, systemd, in a group of ours": {func(r string) func(*testing.T) { return v2(r, "labbox.slice/kubepods.slice", true) }, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			tt.make(root)(t)
			pods, err := Cgroups{Root: root, Prefix: tt.prefix, Containers: true}.Read(true)
			if err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(pods, func(a, b PodUsage) int { return strings.Compare(a.UID, b.UID) })
			if len(pods) != 2 || pods[0].UID != uidA || pods[1].UID != uidB {
				t.Fatalf("pods = %+v", pods)
			}
			a := pods[0]
			if a.CPUSeconds != 2.5 || a.MemoryBytes != 2000 || len(a.Containers) != 1 || a.Containers[container] != 2 || pods[1].CPUSeconds != .007 {
				t.Errorf("pods = %+v", pods)
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		if _, err := (Cgroups{Root: t.TempDir()}).Read(false); !errors.Is(err, ErrNoPods) {
			t.Errorf("err = %v", err)
		}
	})
}

func TestParseStat(t *testing.T) {
	t.Parallel()
	n, err := parseStat("cpu  100 20 30 800 50 6 4 90 0 0\ncpu0 1 2 3 4\ncpu1 1 2 3 4\nintr 5\n")
	if err != nil {
		t.Fatal(err)
	}
	if n.CPUs != 2 || !near(n.Active, 1.6, 1e-9) || !near(n.Total, 10.1, 1e-9) {
		t.Errorf("got %+v", n)
	}
	for _, bad := range []string{"", "cpu 1 2\ncpu0 1\n", "cpu a b c d e f g h\ncpu0 1\n", "cpu 1 2 3 4 5 6 7 8\n"} {
		if _, err := parseStat(bad); err == nil {
			t.Errorf("%q is taken for CPU time", bad)
		}
	}
}

func TestThisMachine(t *testing.T) {
	t.Parallel()
	n, err := ReadNodeCPU("/proc")
	if err != nil || n.CPUs < 1 || n.Active <= 0 || n.Total <= n.Active {
		t.Errorf("%+v, %v", n, err)
	}
	cpus, err := ReadProcessors("/proc")
	if err != nil || len(cpus) != n.CPUs {
		t.Errorf("%d processors, %d CPUs, %v", len(cpus), n.CPUs, err)
	}
}

func TestParseCPUInfo(t *testing.T) {
	t.Parallel()
	cpus := parseCPUInfo("processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\nmodel name\t: Xeon: x\nstepping\t: 7\nphysical id\t: 1\ncore id\t: 3\n\nprocessor\t: 1\nvendor_id\t: GenuineIntel\n")
	want := Processor{ID: "0", PhysicalID: "1", CoreID: "3", Vendor: "GenuineIntel", Name: "Xeon: x", Family: 6, Model: 85, Stepping: 7}
	if len(cpus) != 2 || cpus[0] != want {
		t.Errorf("got %+v", cpus)
	}
	arm := parseCPUInfo("processor\t: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd40\n")
	if len(arm) != 1 || arm[0].Vendor != "ARM" || arm[0].Family != 8 || arm[0].Model != 0xd40 {
		t.Errorf("got %+v", arm)
	}
}

func TestRAPL(t *testing.T) {
	t.Parallel()
	sys := t.TempDir()
	zone := func(dir, name string, now uint64) {
		base := filepath.Join(sys, "class/powercap", dir)
		mustWrite(t, filepath.Join(base, "name"), name+"\n")
		mustWrite(t, filepath.Join(base, "max_energy_range_uj"), "1000000\n")
		mustWrite(t, filepath.Join(base, "energy_uj"), fmt.Sprintln(now))
	}
	set := func(a, b, core uint64) {
		zone("intel-rapl:0", "package-0", a)
		zone("intel-rapl:1", "package-1", b)
		zone("intel-rapl:0:0", "core", core)
		zone("intel-rapl-mmio:0", "package-0", a)
	}
	if _, err := NewRAPLMeter(sys); !errors.Is(err, ErrNoRAPL) {
		t.Fatalf("without counters: %v", err)
	}
	set(900_000, 100_000, 0)
	m, err := NewRAPLMeter(sys)
	if err != nil {
		t.Fatal(err)
	}
	set(200_000, 300_000, 50_000) // the first has wrapped
	got, err := m.Read(Usage{})
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if got[0].Zone != "package" || !near(got[0].Joules, .5, 1e-12) || got[1].Zone != "core" || !near(got[1].Joules, .05, 1e-12) {
		t.Errorf("got %+v", got)
	}
	if strings.Count(got[0].Path, "intel-rapl:") != 2 {
		t.Errorf("path %q does not name both sockets", got[0].Path)
	}
	if err := os.Remove(filepath.Join(sys, "class/powercap/intel-rapl:1/energy_uj")); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Read(Usage{}); err == nil {
		t.Error("a counter that cannot be read goes unnoticed")
	}
}

func TestParseCPUs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{"": 0, "50m": .05, "2": 2, "0.5": .5, "100u": .0001, "1e1": 10, "-1": 0, "x": 0} {
		if got := parseCPUs(text); !near(got, want, 1e-12) {
			t.Errorf("%q = %v, want %v", text, got, want)
		}
	}
}
