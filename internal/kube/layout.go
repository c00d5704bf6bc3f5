package kube

import (
	"net"
	"path/filepath"
	"strconv"
)

// Addresses inside the sandbox. They belong to its network namespace alone, so
// they cannot clash with anything on the machine.
const (
	nodeIP        = "10.41.0.1"
	nodeCIDR      = "10.41.0.1/24"
	podCIDR       = "10.42.0.0/16"
	nodePodCIDR   = "10.42.0.0/24"
	serviceCIDR   = "10.43.0.0/16"
	apiServiceIP  = "10.43.0.1"
	dnsServiceIP  = "10.43.0.10"
	clusterDomain = "cluster.local"
	nodeLink      = "labbox0"
)

// Ports of the children inside the sandbox.
const (
	portAPI           = 6443
	portKubelet       = 10250
	portKubeletHealth = 10248
	portProxyHealth   = 10256
	portProxyMetrics  = 10249
	portControllers   = 10257
	portScheduler     = 10259
	portDNSReady      = 8181
	portDNSHealth     = 8090
	portDNSMetrics    = 9153
	portMetrics       = 4443
)

// Paths inside the sandbox. The data directory is bound to boxData, so that what
// is written into the cluster's objects stays true when the directory is moved.
const (
	boxData       = "/var/lib/labbox"
	boxHelpers    = "/opt/labbox"
	boxRun        = "/run/labbox"
	boxBin        = "/run/labbox/bin"
	boxStore      = "/run/labbox/kine.sock"
	boxProgram    = "/run/labbox/program" // labbox itself, for pods that mount it
	boxContainerd = "/run/containerd/containerd.sock"
	boxKubelet    = "/var/lib/kubelet"
)

// defaultCgroup is the cgroup below every hierarchy's root that holds all pods.
const defaultCgroup = "labbox"

// pauseImage is the image of every pod's sandbox container.
const pauseImage = "labbox.local/pause:3.10"

func boxEtc(name string) string           { return filepath.Join(boxData, "etc", name) }
func boxPKI(name string) string           { return filepath.Join(boxData, "pki", name) }
func (c *Cluster) etc(name string) string { return filepath.Join(c.opts.DataDir, "etc", name) }
func (c *Cluster) log(name string) string { return filepath.Join(c.opts.DataDir, "logs", name+".log") }

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
