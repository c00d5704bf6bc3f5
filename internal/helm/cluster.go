package helm

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"helm.sh/helm/v3/pkg/kube"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/cli-runtime/pkg/resource"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"

	"github.com/labbox/labbox/internal/lab"
)

// poll is how often a wait looks again.
const poll = 300 * time.Millisecond

// cluster is the real objects.
type cluster struct {
	helm    kube.Interface
	clients kubernetes.Interface
	dynamic dynamic.Interface
	getter  *getter
}

func (c *cluster) prepare(ctx context.Context, chart lab.Chart) error {
	if err := c.ensureNamespace(ctx, chart.Namespace, chart.Confined); err != nil {
		return err
	}
	changed, err := c.applyCRDs(ctx, chart.CRDs)
	if err != nil || !changed {
		return err
	}
	d, err := c.getter.ToDiscoveryClient()
	if err != nil {
		return err
	}
	d.Invalidate()
	return nil
}

func (c *cluster) complete(_ context.Context, manifest string) (bool, error) {
	list, err := c.build(manifest)
	if err != nil {
		return false, err
	}
	for _, info := range list {
		err := info.Get()
		if apierrors.IsNotFound(err) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("look for %s: %w", info.ObjectName(), err)
		}
	}
	return true, nil
}

func (c *cluster) waitGone(ctx context.Context, manifest string) error {
	list, err := c.build(manifest)
	if err != nil {
		return err
	}
	list = list.Filter(func(info *resource.Info) bool { return !kept(info.Object) })
	var left string
	err = wait.PollUntilContextCancel(ctx, poll, true, func(context.Context) (bool, error) {
		for _, info := range list {
			left = info.ObjectName()
			if err := info.Get(); !apierrors.IsNotFound(err) {
				return false, err
			}
		}
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("wait until %s is gone: %w", left, err)
	}
	return nil
}

// kept says whether Helm leaves the object when its release is removed.
func kept(o runtime.Object) bool {
	annotations, err := meta.NewAccessor().Annotations(o)
	return err == nil && annotations[kube.ResourcePolicyAnno] == kube.KeepPolicy
}

func (c *cluster) build(manifest string) (kube.ResourceList, error) {
	if strings.TrimSpace(manifest) == "" {
		return nil, nil
	}
	list, err := c.helm.Build(bytes.NewBufferString(manifest), false)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	return list, nil
}
