package kube

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

// clients are made at first use; they reach the API inside the sandbox directly.
type clients struct {
	mu      sync.Mutex
	typed   kubernetes.Interface
	dynamic dynamic.Interface
	config  *rest.Config
	mapper  *restmapper.DeferredDiscoveryRESTMapper
}

// client returns the typed client with the administrator's rights.
func (c *Cluster) client() (kubernetes.Interface, error) {
	if err := c.connect(); err != nil {
		return nil, err
	}
	return c.clients.typed, nil
}

func (c *Cluster) connect() error {
	c.clients.mu.Lock()
	defer c.clients.mu.Unlock()
	if c.clients.typed != nil {
		return nil
	}
	config := &rest.Config{
		Host:  "https://" + loopback(portAPI),
		Dial:  c.DialContext,
		QPS:   200,
		Burst: 400,
		TLSClientConfig: rest.TLSClientConfig{
			CAFile:   filepath.Join(c.pki.dir, "ca.crt"),
			CertFile: filepath.Join(c.pki.dir, "client-admin.crt"),
			KeyFile:  filepath.Join(c.pki.dir, "client-admin.key"),
		},
		UserAgent: "labbox",
	}
	typed, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("make a Kubernetes client: %w", err)
	}
	dyn, err := dynamic.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("make a Kubernetes client: %w", err)
	}
	c.clients.typed, c.clients.dynamic, c.clients.config = typed, dyn, config
	return nil
}

// Kubeconfig returns a kubeconfig with the administrator's rights that works
// from this machine; it waits until the file was written or ctx is done.
func (c *Cluster) Kubeconfig(ctx context.Context) ([]byte, error) {
	var text []byte
	err := poll(ctx, pollEvery, func(context.Context) (err error) {
		text, err = os.ReadFile(filepath.Join(c.opts.DataDir, "kubeconfig"))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	return text, nil
}
