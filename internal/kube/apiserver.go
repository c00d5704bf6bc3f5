package kube

import (
	"context"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// apiserver is kube-apiserver, with upstream's own set of admission plugins and
// the aggregation layer for the metrics API.
func (c *Cluster) apiserver() lab.Service {
	return c.child(childSpec{
		name: nameAPI,
		// It waits by itself for a store that comes up at the same time.
		needs: []string{nameSandbox},
		args:  apiserverArgs(),
		// It would wait for watches to end; whoever watches has ended before it.
		grace: time.Second,
		check: func(ctx context.Context) error { return c.probe(ctx, "https", portAPI, "/readyz") },
	})
}

func apiserverArgs() []string {
	return []string{
		"--etcd-servers=unix://" + boxStore,
		"--advertise-address=" + nodeIP,
		"--secure-port=6443",
		"--service-cluster-ip-range=" + serviceCIDR,
		"--allow-privileged=true",
		"--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction",
		"--client-ca-file=" + boxPKI("ca.crt"),
		"--tls-cert-file=" + boxPKI("apiserver.crt"),
		"--tls-private-key-file=" + boxPKI("apiserver.key"),
		"--service-account-issuer=https://kubernetes.default.svc." + clusterDomain,
		"--service-account-key-file=" + boxPKI("service-account.pub"),
		"--service-account-signing-key-file=" + boxPKI("service-account.key"),
		"--kubelet-client-certificate=" + boxPKI("apiserver-kubelet.crt"),
		"--kubelet-client-key=" + boxPKI("apiserver-kubelet.key"),
		"--kubelet-certificate-authority=" + boxPKI("ca.crt"),
		// By name it would ask a DNS that is not there.
		"--kubelet-preferred-address-types=InternalIP",
		"--proxy-client-cert-file=" + boxPKI("front-proxy.crt"),
		"--proxy-client-key-file=" + boxPKI("front-proxy.key"),
		"--requestheader-client-ca-file=" + boxPKI("front-proxy-ca.crt"),
		"--requestheader-allowed-names=" + frontProxyName,
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
	}
}
