package kube

import (
	"context"

	"github.com/labbox/labbox/internal/lab"
)

// scheduler is kube-scheduler with upstream's defaults.
func (c *Cluster) scheduler() lab.Service {
	kubeconfig := boxEtc(nameScheduler + ".kubeconfig")
	return c.child(childSpec{
		name:  nameScheduler,
		needs: []string{nameAPI},
		args: []string{
			"--kubeconfig=" + kubeconfig,
			"--authentication-kubeconfig=" + kubeconfig,
			"--authorization-kubeconfig=" + kubeconfig,
			"--tls-cert-file=" + boxPKI("components.crt"),
			"--tls-private-key-file=" + boxPKI("components.key"),
			"--leader-elect=false",
			"--kube-api-qps=300",
			"--kube-api-burst=600",
		},
		check: func(ctx context.Context) error { return c.probe(ctx, "https", portScheduler, "/healthz") },
	})
}
