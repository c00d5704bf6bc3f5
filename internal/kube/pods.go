package kube

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"golang.org/x/sync/errgroup"

	"github.com/labbox/labbox/internal/lab"
)

// podGrace is what containers get to end by themselves when the lab stops.
const podGrace = 3 * time.Second

// pods does nothing while the cluster runs. At the stop, when the kubelet is gone
// and containerd still there, it asks all containers to end.
func (c *Cluster) pods() lab.Service {
	return &service{name: servicePods, needs: []string{nameContainerd}, run: func(ctx context.Context, ready func()) error {
		ready()
		<-ctx.Done()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), podGrace)
		defer cancel()
		if err := c.endContainers(ctx); err != nil {
			// The sandbox is about to end them the hard way.
			c.opts.Log.Warn("not all containers ended by themselves", "error", err)
		}
		return nil
	}}
}

func (c *Cluster) endContainers(ctx context.Context) error {
	runtime, err := client.New(c.ContainerdSocket(), client.WithTimeout(podGrace))
	if err != nil {
		return fmt.Errorf("end containers: %w", err)
	}
	defer runtime.Close()
	ctx = namespaces.WithNamespace(ctx, "k8s.io")
	list, err := runtime.Containers(ctx, `labels."io.cri-containerd.kind"==container`)
	if err != nil {
		return fmt.Errorf("end containers: %w", err)
	}
	var all errgroup.Group
	for _, container := range list {
		all.Go(func() error {
			task, err := container.Task(ctx, nil)
			if err != nil {
				return nil // it has ended already
			}
			exited, err := task.Wait(ctx)
			if err != nil {
				return fmt.Errorf("end container %s: %w", container.ID(), err)
			}
			if err := task.Kill(ctx, syscall.SIGTERM); err != nil {
				return nil // it has ended meanwhile
			}
			select {
			case <-exited:
				return nil
			case <-ctx.Done():
				return fmt.Errorf("end container %s: %w", container.ID(), ctx.Err())
			}
		})
	}
	return all.Wait()
}
