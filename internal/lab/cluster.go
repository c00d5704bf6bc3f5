package lab

import (
	"context"
	"io"
	"io/fs"
	"time"
)

// Cluster is all that other rooms know of Kubernetes: the embedded one, or any
// other that a kubeconfig reaches.
type Cluster interface {
	// Ready blocks until the API answers and one node is Ready, or ctx is done.
	Ready(ctx context.Context) error
	// Kubeconfig returns a kubeconfig file that works from this machine.
	Kubeconfig(ctx context.Context) ([]byte, error)
	// Workloads returns every Deployment, StatefulSet and DaemonSet.
	Workloads(ctx context.Context) ([]Workload, error)
	// Logs copies the log of a workload's pods to w, each line prefixed with the
	// pod's name where there are several; with Follow it goes on until ctx is done.
	Logs(ctx context.Context, q LogQuery, w io.Writer) error
}

// LogQuery selects log lines of one workload.
type LogQuery struct {
	Namespace string
	Name      string
	Follow    bool
	// Tail is the number of last lines to begin with; 0 means all.
	Tail int64
}

// Workload is a Deployment, StatefulSet or DaemonSet and how it fares.
type Workload struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Version is the label app.kubernetes.io/version, or the image's tag.
	Version string `json:"version"`
	Desired int32  `json:"desired"`
	Ready   int32  `json:"ready"`
	// MemoryBytes is the working set of all its pods; 0 while unknown.
	MemoryBytes int64 `json:"memoryBytes"`
	// Message says what is wrong, in the words of Kubernetes; empty when fine.
	Message string `json:"message,omitempty"`
}

// Chart is a Helm chart together with where and how it is to be installed.
type Chart struct {
	Release   string
	Namespace string
	// FS holds Chart.yaml at its root.
	FS fs.FS
	// Values are laid over the chart's own values.yaml.
	Values map[string]any
	// CRDs are Kubernetes manifests (multi-document YAML) applied server-side
	// before the chart, for definitions too large for Helm.
	CRDs [][]byte
	// Confined charts are by others: everything in them must belong into Namespace, and
	// their hooks are not run. One that has anything else in it is not installed.
	Confined bool
	// Timeout bounds the wait for readiness; 0 means five minutes.
	Timeout time.Duration
}

// Release is an installed Chart.
type Release struct {
	Name         string    `json:"name"`
	Namespace    string    `json:"namespace"`
	Chart        string    `json:"chart"`
	ChartVersion string    `json:"chartVersion"`
	AppVersion   string    `json:"appVersion"`
	Revision     int       `json:"revision"`
	Status       string    `json:"status"`
	Updated      time.Time `json:"updated"`
}

// Installer puts charts on the cluster.
type Installer interface {
	// Install installs or upgrades c and waits until its workloads are ready or
	// ctx is done. The same chart with the same values twice changes nothing.
	Install(ctx context.Context, c Chart) (Release, error)
	// Uninstall removes a release; one that does not exist is no error.
	Uninstall(ctx context.Context, namespace, release string) error
	// Releases returns all releases of all namespaces, by namespace and name.
	Releases(ctx context.Context) ([]Release, error)
}
