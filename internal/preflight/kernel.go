package preflight

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// modules are the kernel modules the cluster works with. Each is present when it
// is loaded, built in, or there to be loaded.
var modules = []string{"overlay", "bridge", "veth", "nf_tables", "nf_nat", "nf_conntrack", "nft_masq"}

// namespaces are the kinds of namespaces the sandbox is made of.
var namespaces = []string{"mnt", "net", "pid", "uts", "ipc"}

func kernel(m Machine, _ Needs) error {
	for _, ns := range namespaces {
		if _, err := fs.Stat(m.Root, "proc/self/ns/"+ns); err != nil {
			return kernelError("namespaces of kind %q", ns)
		}
	}
	release, err := m.Release()
	if err != nil {
		return fmt.Errorf("read the kernel's release: %w", err)
	}
	known := knownModules(m.Root, release)
	if known == nil { // a kernel without any module list has what it has built in
		return filesystems(m.Root)
	}
	for _, mod := range modules {
		if !known[mod] && !exists(m.Root, "sys/module/"+mod) {
			return kernelError("the module %q (kernel %s)", mod, release)
		}
	}
	return nil
}

func kernelError(format string, args ...any) error {
	return lab.Errorf(lab.CodeKernel,
		"Use a stock kernel of Debian 12, Ubuntu 22.04 or newer (cloud and minimal flavours may lack modules)",
		"this kernel lacks "+format, args...)
}

// filesystems checks for overlayfs where the kernel ships no module list.
func filesystems(root fs.FS) error {
	data, err := fs.ReadFile(root, "proc/filesystems")
	if err != nil || !bytes.Contains(data, []byte("\toverlay\n")) {
		return kernelError("the file system %q", "overlay")
	}
	return nil
}

// knownModules lists what modules.dep and modules.builtin of a kernel name, or
// nil when neither exists.
func knownModules(root fs.FS, release string) map[string]bool {
	known := map[string]bool{}
	found := false
	for _, name := range []string{"modules.dep", "modules.builtin"} {
		data, err := fs.ReadFile(root, path.Join("lib/modules", release, name))
		if err != nil {
			continue
		}
		found = true
		for _, line := range strings.Split(string(data), "\n") {
			file, _, _ := strings.Cut(line, ":")
			base, _, _ := strings.Cut(path.Base(file), ".ko")
			known[strings.ReplaceAll(base, "-", "_")] = true
		}
	}
	if !found {
		return nil
	}
	return known
}

func exists(root fs.FS, name string) bool {
	_, err := fs.Stat(root, name)
	return err == nil
}

// cgroups needs the controllers that the kubelet limits pods with, either as
// cgroup v2 or as v1 hierarchies.
func cgroups(m Machine, _ Needs) error {
	v2, _ := fs.ReadFile(m.Root, "sys/fs/cgroup/cgroup.controllers")
	have := map[string]bool{}
	for _, c := range strings.Fields(string(v2)) {
		have[c] = true
	}
	for _, c := range []string{"cpu", "memory", "pids"} {
		if !have[c] && !exists(m.Root, "sys/fs/cgroup/"+c) {
			return lab.Errorf(lab.CodeKernel,
				"Mount it, or boot with the kernel parameter cgroup_enable="+c,
				"the cgroup controller %q is neither in cgroup v2 nor mounted as v1 under /sys/fs/cgroup", c)
		}
	}
	return nil
}
