package kube

import (
	"context"
	"fmt"

	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"

	"github.com/labbox/labbox/internal/lab"
)

// proxy is kube-proxy in nftables mode, with the nft program of the helpers; it
// runs beside the kubelet.
func (c *Cluster) proxy() lab.Service {
	return c.beside(nameProxy, nameKubelet, func(ctx context.Context) error {
		return c.probe(ctx, "http", portProxyHealth, "/livez")
	})
}

func proxyMain(ctx context.Context, args []string) error {
	cmd := proxy.NewProxyCommand()
	cmd.SetArgs(args)
	return cmd.ExecuteContext(ctx)
}

// proxyConfig renders the KubeProxyConfiguration. masquerade is for kernels that
// hide bridged packets from netfilter: there a reply between two pods of the node
// finds its way back through the proxy only if it is addressed to the node.
func proxyConfig(nodeName string, masquerade bool) string {
	return fmt.Sprintf(`apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clusterCIDR: %s
hostnameOverride: %s
clientConnection: {kubeconfig: %s}
healthzBindAddress: 127.0.0.1:%d
metricsBindAddress: 0.0.0.0:%d
# The limits of the connection table belong to the machine, not to the lab.
conntrack: {maxPerCore: 0, min: 0}
nftables: {minSyncPeriod: 100ms, syncPeriod: 30s, masqueradeAll: %t}
`, podCIDR, nodeName, boxEtc(nameProxy+".kubeconfig"), portProxyHealth, portProxyMetrics, masquerade)
}
