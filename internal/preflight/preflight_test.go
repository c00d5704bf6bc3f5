package preflight

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// fit returns a machine and needs that pass every check; cases then break one.
func fit() (Machine, Needs) {
	root := fstest.MapFS{
		"proc/meminfo":                           {Data: []byte("MemTotal: 8000000 kB\nMemAvailable: 4194304 kB\n")},
		"sys/fs/cgroup/cgroup.controllers":       {Data: []byte("cpuset cpu io memory pids\n")},
		"lib/modules/6.1.0-test/modules.dep":     {Data: []byte("kernel/fs/overlayfs/overlay.ko.xz: a.ko\nkernel/net/bridge/bridge.ko:\nkernel/drivers/net/veth.ko:\nkernel/net/netfilter/nf_nat.ko:\nkernel/net/netfilter/nft_masq.ko:\n")},
		"lib/modules/6.1.0-test/modules.builtin": {Data: []byte("kernel/net/netfilter/nf_tables.ko\nkernel/net/netfilter/nf-conntrack.ko\n")},
	}
	for _, ns := range namespaces {
		root["proc/self/ns/"+ns] = &fstest.MapFile{}
	}
	m := Machine{
		Root:      root,
		UID:       func() int { return 0 },
		FreeBytes: func(string) (uint64, error) { return 50 << 30, nil },
		PortFree:  func(string) error { return nil },
		Now:       func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) },
		Release:   func() (string, error) { return "6.1.0-test", nil },
	}
	n := Needs{
		DataDir: "/data", MemoryMiB: 2048, DiskMiB: 4096,
		Ports:     []Port{{Name: "dashboard", Addr: "127.0.0.1:8800", Key: "ports.dashboard"}},
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	return m, n
}

func TestLook(t *testing.T) {
	t.Parallel()
	drop := func(m *Machine, name string) { delete(m.Root.(fstest.MapFS), name) }
	cases := map[string]struct {
		spoil func(*Machine, *Needs)
		want  lab.Code
	}{
		"fit":                 {func(*Machine, *Needs) {}, ""},
		"not root":            {func(m *Machine, _ *Needs) { m.UID = func() int { return 1000 } }, lab.CodeNotRoot},
		"no pid namespace":    {func(m *Machine, _ *Needs) { drop(m, "proc/self/ns/pid") }, lab.CodeKernel},
		"no nf_tables module": {func(m *Machine, _ *Needs) { drop(m, "lib/modules/6.1.0-test/modules.builtin") }, lab.CodeKernel},
		"no modules, no overlay": {func(m *Machine, _ *Needs) {
			drop(m, "lib/modules/6.1.0-test/modules.builtin")
			drop(m, "lib/modules/6.1.0-test/modules.dep")
		}, lab.CodeKernel},
		"no memory controller": {func(m *Machine, _ *Needs) {
			m.Root.(fstest.MapFS)["sys/fs/cgroup/cgroup.controllers"] = &fstest.MapFile{Data: []byte("cpu pids")}
		}, lab.CodeKernel},
		"v1 memory controller": {func(m *Machine, _ *Needs) {
			m.Root.(fstest.MapFS)["sys/fs/cgroup/cgroup.controllers"] = &fstest.MapFile{Data: []byte("cpu pids")}
			m.Root.(fstest.MapFS)["sys/fs/cgroup/memory/tasks"] = &fstest.MapFile{}
		}, ""},
		"too little memory": {func(_ *Machine, n *Needs) { n.MemoryMiB = 1 << 20 }, lab.CodeMemory},
		"too little disk":   {func(_ *Machine, n *Needs) { n.DiskMiB = 1 << 20 }, lab.CodeDisk},
		"port taken":        {func(m *Machine, _ *Needs) { m.PortFree = func(string) error { return errors.New("in use") } }, lab.CodePort},
		"clock in the past": {func(m *Machine, _ *Needs) { m.Now = func() time.Time { return time.Unix(0, 0) } }, lab.CodeKernel},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, n := fit()
			c.spoil(&m, &n)
			err := Look(context.Background(), m, n)
			if c.want == "" {
				if err != nil {
					t.Fatalf("want a fit machine, got %v", err)
				}
				return
			}
			var e *lab.Error
			if !errors.As(err, &e) || e.Code != c.want || e.Hint == "" {
				t.Fatalf("want code %q with a hint, got %#v", c.want, err)
			}
		})
	}
}

func TestFreeBytesOfMissingDirectory(t *testing.T) {
	t.Parallel()
	free, err := freeBytes(t.TempDir() + "/not/yet/there")
	if err != nil || free == 0 {
		t.Fatalf("free space of the nearest parent: %d, %v", free, err)
	}
}
