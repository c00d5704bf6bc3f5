package kube

import (
	"context"
	"strconv"

	"sigs.k8s.io/metrics-server/cmd/metrics-server/app"
)

// serveMetrics is metrics-server until ctx is done; it stands behind the
// aggregated API metrics.k8s.io.
func serveMetrics(ctx context.Context) error {
	// Its own main also sends the standard log to klog; CoreDNS sends klog to the
	// standard log. Both together never return.
	cmd := app.NewMetricsServerCommand(ctx.Done())
	cmd.SetArgs(metricsArgs())
	return cmd.ExecuteContext(ctx)
}

func metricsArgs() []string {
	kubeconfig := boxEtc(nameMetrics + ".kubeconfig")
	return []string{
		"--kubeconfig=" + kubeconfig,
		"--authentication-kubeconfig=" + kubeconfig,
		"--authorization-kubeconfig=" + kubeconfig,
		"--secure-port=" + strconv.Itoa(portMetrics),
		"--tls-cert-file=" + boxPKI("components.crt"),
		"--tls-private-key-file=" + boxPKI("components.key"),
		"--kubelet-certificate-authority=" + boxPKI("ca.crt"),
		"--kubelet-preferred-address-types=InternalIP",
		"--metric-resolution=15s",
	}
}
