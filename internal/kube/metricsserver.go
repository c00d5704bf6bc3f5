package kube

import (
	"context"
	"strconv"

	"k8s.io/component-base/logs"
	"sigs.k8s.io/metrics-server/cmd/metrics-server/app"

	"github.com/labbox/labbox/internal/lab"
)

// metrics is metrics-server behind the aggregated API metrics.k8s.io.
func (c *Cluster) metrics() lab.Service {
	kubeconfig := boxEtc(nameMetrics + ".kubeconfig")
	return c.child(childSpec{
		name:  nameMetrics,
		needs: []string{serviceObjects},
		args: []string{
			"--kubeconfig=" + kubeconfig,
			"--authentication-kubeconfig=" + kubeconfig,
			"--authorization-kubeconfig=" + kubeconfig,
			"--secure-port=" + strconv.Itoa(portMetrics),
			"--tls-cert-file=" + boxPKI("components.crt"),
			"--tls-private-key-file=" + boxPKI("components.key"),
			"--kubelet-certificate-authority=" + boxPKI("ca.crt"),
			"--kubelet-preferred-address-types=InternalIP",
			"--metric-resolution=15s",
		},
		env:   []string{"GOGC=50"},
		check: func(ctx context.Context) error { return c.probe(ctx, "https", portMetrics, "/livez") },
	})
}

func metricsMain(ctx context.Context, args []string) error {
	logs.InitLogs()
	defer logs.FlushLogs()
	cmd := app.NewMetricsServerCommand(ctx.Done())
	cmd.SetArgs(args)
	return cmd.ExecuteContext(ctx)
}
