package kube

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/labbox/labbox/internal/lab"
)

// servicePrepare names the Service that writes every file the others read.
const servicePrepare = "cluster-files"

// prepare writes directories, certificates and configuration below the data
// directory. It keeps what is right already.
func (c *Cluster) prepare() lab.Service {
	return &service{name: servicePrepare, run: func(ctx context.Context, ready func()) error {
		loadModules(ctx)
		if err := c.writeFiles(); err != nil {
			return err
		}
		ready()
		<-ctx.Done()
		return nil
	}}
}

func (c *Cluster) writeFiles() error {
	for _, dir := range []string{"etc/cni", "db", "kubelet", "containerd", "storage", "logs/pods"} {
		if err := os.MkdirAll(filepath.Join(c.opts.DataDir, dir), 0o700); err != nil {
			return fmt.Errorf("make the cluster's directories: %w", err)
		}
	}
	for _, child := range c.children {
		for _, p := range child.beside { // what asks for a part's log finds the process's
			if err := os.Symlink(filepath.Base(c.log(child.name)), c.log(p.name)); err != nil && !errors.Is(err, fs.ErrExist) {
				return fmt.Errorf("name the cluster's logs: %w", err)
			}
		}
	}
	if err := c.pki.ensure(c.opts.NodeName); err != nil {
		return err
	}
	weak := !hasCapability(unix.CAP_SYS_RESOURCE)
	_, err := os.Stat("/proc/sys/net/bridge/bridge-nf-call-iptables")
	files := map[string]string{
		"containerd.toml":        containerdConfig(weak),
		"kubelet.yaml":           kubeletConfig(c.opts.Cgroup, weak),
		"kube-proxy.yaml":        proxyConfig(c.opts.NodeName, err != nil),
		"cni/10-labbox.conflist": cniConfig(),
		"Corefile":               corefile(),
		"resolv.conf":            "nameserver " + dnsServiceIP + "\n",
		cgroupFile:               c.opts.Cgroup,
		"hosts":                  nodeIP + " " + c.opts.NodeName + "\n",
	}
	for name, text := range files {
		if err := writeFile(c.etc(name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return c.writeKubeconfigs()
}

func (c *Cluster) writeKubeconfigs() error {
	inside := "https://" + loopback(portAPI)
	for _, name := range []string{nameControllers, nameScheduler, nameKubelet, nameProxy, nameDNS, nameMetrics, nameStorage} {
		text, err := c.pki.kubeconfig("client-"+name, inside)
		if err != nil {
			return err
		}
		if err := writeFile(c.etc(name+".kubeconfig"), text, 0o600); err != nil {
			return err
		}
	}
	text, err := c.pki.kubeconfig("client-admin", "https://"+loopback(c.opts.APIPort))
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(c.opts.DataDir, "kubeconfig"), text, 0o600)
}

// writeFile replaces a file in one move, unless it has that content already.
func writeFile(path string, text []byte, mode os.FileMode) error {
	if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, text) {
		return nil
	}
	temporary := path + ".new"
	if err := os.WriteFile(temporary, text, mode); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(temporary, path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// hasCapability says whether this process holds a capability.
func hasCapability(number uint) bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false
	}
	return data[number/32].Effective&(1<<(number%32)) != 0
}

// loadModules asks for kernel modules that may not be there yet. Failure is not
// an error: they may be built in, and what is truly missing shows up by name.
func loadModules(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	loaded, err := os.ReadFile("/proc/modules")
	if err != nil {
		return // no modules on this kernel
	}
	for _, name := range []string{"overlay", "br_netfilter", "nf_conntrack", "nf_tables", "veth", "bridge"} {
		if !strings.Contains("\n"+string(loaded), "\n"+name+" ") {
			_ = exec.CommandContext(ctx, "modprobe", "-q", name).Run()
		}
	}
}
