package kube

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/cmd/kube-scheduler/app"
	"k8s.io/kubernetes/cmd/kube-scheduler/app/options"

	"github.com/labbox/labbox/internal/lab"
)

// scheduler is kube-scheduler with upstream's defaults; it runs beside the
// controllers.
func (c *Cluster) scheduler() lab.Service {
	return c.beside(nameScheduler, nameControllers, func(ctx context.Context) error {
		return c.probe(ctx, "https", portScheduler, "/healthz")
	})
}

func schedulerPart() part {
	kubeconfig := boxEtc(nameScheduler + ".kubeconfig")
	return part{name: nameScheduler, args: []string{
		"--kubeconfig=" + kubeconfig,
		"--authentication-kubeconfig=" + kubeconfig,
		"--authorization-kubeconfig=" + kubeconfig,
		"--tls-cert-file=" + boxPKI("components.crt"),
		"--tls-private-key-file=" + boxPKI("components.key"),
		"--leader-elect=false",
		"--kube-api-qps=300",
		"--kube-api-burst=600",
	}}
}

// schedulerMain does what the scheduler's command does, but for the signals, which
// belong to the process's first part: upstream's handler for them refuses to be
// installed twice.
func schedulerMain(ctx context.Context, args []string) error {
	opts := options.NewOptions()
	flags := pflag.NewFlagSet(nameScheduler, pflag.ContinueOnError)
	for _, set := range opts.Flags.FlagSets {
		flags.AddFlagSet(set)
	}
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("read flags: %w", err)
	}
	name, err := cache.NewInformerName(nameScheduler)
	if err != nil {
		return fmt.Errorf("name the informers: %w", err)
	}
	opts.InformerName = name
	config, scheduler, err := app.Setup(ctx, opts)
	if err != nil {
		return fmt.Errorf("set up: %w", err)
	}
	return app.Run(ctx, config, scheduler)
}
