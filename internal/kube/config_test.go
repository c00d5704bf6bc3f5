package kube

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coredns/caddy/caddyfile"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/pelletier/go-toml/v2"
	proxyv1 "k8s.io/kube-proxy/config/v1alpha1"
	kubeletv1 "k8s.io/kubelet/config/v1beta1"
	"sigs.k8s.io/yaml"

	"github.com/labbox/labbox/internal/lab"
)

func TestKubeletConfigIsValid(t *testing.T) {
	t.Parallel()
	for _, weak := range []bool{true, false} {
		var config kubeletv1.KubeletConfiguration
		if err := yaml.UnmarshalStrict([]byte(kubeletConfig("lab2", weak)), &config); err != nil {
			t.Fatal(err)
		}
		if config.FeatureGates["KubeletInUserNamespace"] != weak {
			t.Errorf("KubeletInUserNamespace is %v, want %v", !weak, weak)
		}
		if config.FailCgroupV1 == nil || *config.FailCgroupV1 {
			t.Error("the kubelet would refuse cgroup v1")
		}
		if config.CgroupRoot != "/lab2" || config.ClusterDNS[0] != dnsServiceIP || *config.ImageGCHighThresholdPercent != 100 {
			t.Errorf("cgroup root %q, DNS %v, image GC from %d %%", config.CgroupRoot, config.ClusterDNS, *config.ImageGCHighThresholdPercent)
		}
	}
}

func TestProxyConfigIsValid(t *testing.T) {
	t.Parallel()
	var config proxyv1.KubeProxyConfiguration
	if err := yaml.UnmarshalStrict([]byte(proxyConfig("labbox", true)), &config); err != nil {
		t.Fatal(err)
	}
	if config.Mode != "nftables" || !config.NFTables.MasqueradeAll || *config.Conntrack.MaxPerCore != 0 {
		t.Errorf("mode %q, masquerade %v, conntrack %d", config.Mode, config.NFTables.MasqueradeAll, *config.Conntrack.MaxPerCore)
	}
}

func TestContainerdConfigIsValid(t *testing.T) {
	t.Parallel()
	var config struct {
		Version int
		Plugins map[string]map[string]any
	}
	if err := toml.Unmarshal([]byte(containerdConfig(true)), &config); err != nil {
		t.Fatal(err)
	}
	pinned := config.Plugins["io.containerd.cri.v1.images"]["pinned_images"].(map[string]any)
	if config.Version != 3 || pinned["sandbox"] != pauseImage || config.Plugins["io.containerd.cri.v1.runtime"]["restrict_oom_score_adj"] != true {
		t.Errorf("version %d, pinned %v, plugins %v", config.Version, pinned, config.Plugins)
	}
}

func TestCNIConfigIsValid(t *testing.T) {
	t.Parallel()
	var config struct {
		Plugins []struct{ Type, Backend string }
	}
	if err := json.Unmarshal([]byte(cniConfig()), &config); err != nil {
		t.Fatal(err)
	}
	if len(config.Plugins) != 2 || config.Plugins[0].Type != "bridge" || config.Plugins[1].Backend != "nftables" {
		t.Errorf("got %+v", config.Plugins)
	}
}

func TestCorefileNamesLinkedPluginsOnly(t *testing.T) {
	t.Parallel()
	blocks, err := caddyfile.Parse("Corefile", strings.NewReader(corefile()), dnsserver.Directives)
	if err != nil {
		t.Fatal(err)
	}
	if len(blocks) != 2 {
		t.Fatalf("%d server blocks, want 2", len(blocks))
	}
	if _, ok := blocks[0].Tokens["kubernetes"]; !ok {
		t.Error("the first block does not answer for the cluster")
	}
	// In one block the template would answer before kubernetes is asked.
	if _, ok := blocks[0].Tokens["template"]; ok {
		t.Error("the template is in the block of the cluster's zones")
	}
}

func TestNftWrapperUsesItsOwnLibraries(t *testing.T) {
	t.Parallel()
	text := nftWrapper()
	if !strings.HasPrefix(text, "#!/bin/sh\n") || !strings.Contains(text, `--library-path /opt/labbox/nft/lib --argv0 nft /opt/labbox/nft/nft.bin "$@"`) {
		t.Errorf("got %q", text)
	}
}

func TestAddonsAreComplete(t *testing.T) {
	t.Parallel()
	text := renderAddons([]byte("authority"))
	if strings.Contains(text, "$") {
		t.Error("a placeholder was left")
	}
	for i, document := range strings.Split(text, "\n---\n") {
		var object struct {
			Kind     string
			Metadata struct{ Name string }
		}
		if err := yaml.Unmarshal([]byte(document), &object); err != nil || object.Kind == "" || object.Metadata.Name == "" {
			t.Errorf("document %d: %v, %+v", i, err, object)
		}
	}
}

func TestWriteFilesTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	c := New(Options{DataDir: t.TempDir(), HelpersDir: t.TempDir()})
	stamps := func() map[string]string {
		all := map[string]string{}
		err := filepath.Walk(c.opts.DataDir, func(path string, info os.FileInfo, err error) error {
			if err == nil && info.Mode().IsRegular() {
				all[path] = info.ModTime().String()
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if err := c.writeFiles(); err != nil {
		t.Fatal(err)
	}
	first := stamps()
	if err := c.writeFiles(); err != nil {
		t.Fatal(err)
	}
	second := stamps()
	if len(first) < 30 || len(first) != len(second) {
		t.Fatalf("%d files, then %d", len(first), len(second))
	}
	for path, stamp := range first {
		if second[path] != stamp {
			t.Errorf("%s was written again", path)
		}
	}
}

// TestServicesFitTogether checks what a supervisor will: unique names, needs that
// exist, no circle.
func TestServicesFitTogether(t *testing.T) {
	t.Parallel()
	c := New(Options{DataDir: "/nowhere"})
	services := append(c.Services(), c.Forward("127.0.0.1:0", "git", "git", 3000))
	left := map[string]lab.Service{}
	for _, s := range services {
		if left[s.Name()] != nil {
			t.Fatalf("two services are called %s", s.Name())
		}
		left[s.Name()] = s
	}
	done := map[string]bool{}
	for len(left) > 0 {
		before := len(left)
		for name, s := range left {
			open := false
			for _, need := range s.Needs() {
				open = open || !done[need]
			}
			if !open {
				done[name] = true
				delete(left, name)
			}
		}
		if len(left) == before {
			t.Fatalf("these can never start: %v", left)
		}
	}
}
