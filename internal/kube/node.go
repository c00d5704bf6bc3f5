package kube

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labbox/labbox/internal/lab"
)

const (
	serviceImages = "cluster-images"
	serviceNode   = "cluster-node"
	servicePods   = "cluster-pods"
	// pollEvery is how often a condition of the cluster is looked at.
	pollEvery = 50 * time.Millisecond
)

// images has the payload's images imported once containerd serves.
func (c *Cluster) images() lab.Service {
	return &service{name: serviceImages, needs: []string{nameContainerd}, run: func(ctx context.Context, ready func()) error {
		if c.opts.Images != nil {
			if err := c.opts.Images(ctx, c.ContainerdSocket(), c.opts.Report); err != nil && ctx.Err() == nil {
				return fmt.Errorf("import images: %w", err)
			}
		}
		if ctx.Err() == nil {
			ready()
		}
		<-ctx.Done()
		return nil
	}}
}

// node is ready when the node is.
func (c *Cluster) node() lab.Service {
	return &service{name: serviceNode, needs: []string{nameKubelet}, run: func(ctx context.Context, ready func()) error {
		if err := c.awaitNode(ctx); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		ready()
		<-ctx.Done()
		return nil
	}}
}

func (c *Cluster) awaitNode(ctx context.Context) error {
	return poll(ctx, pollEvery, func(ctx context.Context) error {
		client, err := c.client()
		if err != nil {
			return err
		}
		node, err := client.CoreV1().Nodes().Get(ctx, c.opts.NodeName, metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, condition := range node.Status.Conditions {
			if condition.Type == corev1.NodeReady && condition.Status != corev1.ConditionTrue {
				return fmt.Errorf("node %s is not ready: %s", node.Name, condition.Message)
			}
			if condition.Type == corev1.NodeReady {
				return nil
			}
		}
		return fmt.Errorf("node %s has not reported yet", node.Name)
	})
}

// Ready blocks until the API answers and the node is Ready, or ctx is done.
func (c *Cluster) Ready(ctx context.Context) error {
	if err := c.awaitNode(ctx); err != nil {
		return fmt.Errorf("wait for the cluster: %w", err)
	}
	return nil
}
