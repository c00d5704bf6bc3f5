package kube

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/labbox/labbox/internal/lab"
)

// helpers is CoreDNS, metrics-server and the provisioner in one process.
func (c *Cluster) helpers() lab.Service {
	return c.child(childSpec{
		name:   nameHelpers,
		needs:  []string{serviceObjects},
		beside: []part{{name: nameDNS}, {name: nameMetrics}, {name: nameStorage}},
		check: func(ctx context.Context) error {
			return errors.Join(
				c.probe(ctx, "http", portDNSReady, "/ready"),
				c.probe(ctx, "https", portMetrics, "/livez"))
		},
	})
}

// helpersMain runs the three until ctx is done; when one fails all end, and the
// daemon starts them again.
func helpersMain(ctx context.Context, _ []string) error {
	dns, err := startDNS()
	if err != nil {
		return err
	}
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return endless(ctx, nameMetrics, serveMetrics) })
	all.Go(func() error { return endless(ctx, nameStorage, serveStorage) })
	<-ctx.Done()
	return errors.Join(dns.Stop(), all.Wait())
}

// endless runs serve, for which there is no good end before ctx is done.
func endless(ctx context.Context, name string, serve func(context.Context) error) error {
	err := serve(ctx)
	if err == nil && ctx.Err() == nil {
		err = errors.New("ended though nobody asked it to")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
