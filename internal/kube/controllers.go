package kube

import (
	"context"

	"github.com/labbox/labbox/internal/lab"
)

// controllers is kube-controller-manager with all of upstream's controllers.
func (c *Cluster) controllers() lab.Service {
	return c.child(childSpec{
		name:   nameControllers,
		needs:  []string{nameAPI}, // it gives up on an API that is not there within 10 s
		args:   controllersArgs(),
		beside: []part{schedulerPart()},
		check:  func(ctx context.Context) error { return c.probe(ctx, "https", portControllers, "/healthz") },
	})
}

func controllersArgs() []string {
	kubeconfig := boxEtc(nameControllers + ".kubeconfig")
	return []string{
		"--kubeconfig=" + kubeconfig,
		"--authentication-kubeconfig=" + kubeconfig,
		"--authorization-kubeconfig=" + kubeconfig,
		"--tls-cert-file=" + boxPKI("components.crt"),
		"--tls-private-key-file=" + boxPKI("components.key"),
		"--root-ca-file=" + boxPKI("ca.crt"),
		"--service-account-private-key-file=" + boxPKI("service-account.key"),
		"--cluster-signing-cert-file=" + boxPKI("ca.crt"),
		"--cluster-signing-key-file=" + boxPKI("ca.key"),
		"--use-service-account-credentials=true",
		"--allocate-node-cidrs=true",
		"--cluster-cidr=" + podCIDR,
		"--service-cluster-ip-range=" + serviceCIDR,
		"--flex-volume-plugin-dir=" + boxKubelet + "/volumeplugins",
		"--leader-elect=false",
		// At 20 requests a second the tokens of forty controllers take five seconds.
		"--kube-api-qps=300",
		"--kube-api-burst=600",
	}
}
