package kube

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Options say where the cluster lives and what it is given.
type Options struct {
	// DataDir holds all state; it is made if it is not there. Absolute.
	DataDir string
	// HelpersDir holds bin/, cni/ and nft/ with the helper programs. Absolute.
	HelpersDir string
	// Images imports images into the containerd behind socket. It is called once
	// at every start, as soon as containerd serves; pods wait until it returns. It
	// must be idempotent. Nil imports nothing.
	Images func(ctx context.Context, socket string, report lab.Report) error
	// Report receives the progress of Images; nil discards it.
	Report lab.Report
	// Listen is the machine's address that the API is forwarded from; empty means 127.0.0.1.
	Listen string
	// APIPort is the machine's port of the Kubernetes API; 0 means 6443.
	APIPort int
	// NodeName is the name of the one node; empty means "labbox".
	NodeName string
	// Cgroup is the cgroup below the root that holds all pods; empty means "labbox".
	// With another name a second cluster can live beside the lab, as tests do.
	Cgroup string
	// Log receives what is worth knowing; nil discards it.
	Log *slog.Logger
}

// Cluster is the embedded cluster. It does nothing by itself: a supervisor runs
// its Services. Its methods may be called from any goroutine; those that need
// the API fail, or wait where they say so, while it does not run.
type Cluster struct {
	opts     Options
	pki      pki
	box      *sandbox
	children []*child
	services []lab.Service

	clients clients
	addrMu  sync.Mutex
	addrs   map[string]string // Service -> ClusterIP
}

var (
	_ lab.Cluster = (*Cluster)(nil)
	_ lab.Objects = (*Cluster)(nil)
)

// New returns a Cluster. It reads and writes nothing.
func New(o Options) *Cluster {
	if o.APIPort == 0 {
		o.APIPort = 6443
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1"
	}
	if o.NodeName == "" {
		o.NodeName = "labbox"
	}
	if o.Cgroup == "" {
		o.Cgroup = defaultCgroup
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Report == nil {
		o.Report = func(lab.Progress) {}
	}
	c := &Cluster{opts: o, pki: pki{dir: filepath.Join(o.DataDir, "pki"), now: time.Now}, addrs: map[string]string{}}
	c.box = &sandbox{c: c}
	c.services = []lab.Service{
		c.prepare(), c.box,
		c.store(), c.apiserver(), c.controllers(), c.scheduler(),
		c.containerd(), c.images(), c.pods(), c.kubelet(), c.proxy(), c.node(),
		c.objects(), c.helpers(),
		c.apiForward(),
	}
	return c
}

// beside returns the Service of a part that runs in the process of the child host:
// it is ready when check passes.
func (c *Cluster) beside(name, host string, check func(ctx context.Context) error) lab.Service {
	return &service{name: name, needs: []string{host}, run: func(ctx context.Context, ready func()) error {
		if poll(ctx, 25*time.Millisecond, check) == nil {
			ready()
		}
		<-ctx.Done()
		return nil
	}}
}

// Services returns everything a supervisor must run, in no particular order.
func (c *Cluster) Services() []lab.Service { return c.services }

// service is a Service made of a function.
type service struct {
	name  string
	needs []string
	run   func(ctx context.Context, ready func()) error
}

func (s *service) Name() string                                { return s.name }
func (s *service) Needs() []string                             { return s.needs }
func (s *service) Run(ctx context.Context, ready func()) error { return s.run(ctx, ready) }
