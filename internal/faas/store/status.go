package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/labbox/labbox/internal/faas/api"
)

func cmpString(a, b string) int { return cmp.Compare(a, b) }

func replicas(d *appsv1.Deployment) int32 {
	if d.Spec.Replicas == nil {
		return 1
	}
	return *d.Spec.Replicas
}

// status reads a function back from its Deployment.
func status(d *appsv1.Deployment) api.FunctionStatus {
	out := api.FunctionStatus{
		Name:              d.Name,
		Namespace:         d.Namespace,
		Labels:            d.Spec.Template.Labels,
		Annotations:       ownAnnotations(d.Spec.Template.Annotations),
		Replicas:          uint64(max(replicas(d), 0)),
		AvailableReplicas: uint64(max(d.Status.AvailableReplicas, 0)),
		CreatedAt:         d.CreationTimestamp.UTC(),
	}
	for k, v := range d.Spec.Template.Spec.NodeSelector {
		out.Constraints = append(out.Constraints, k+"="+v)
	}
	for _, v := range d.Spec.Template.Spec.Volumes {
		out.Secrets = append(out.Secrets, projectedSecrets(v)...)
	}
	if len(d.Spec.Template.Spec.Containers) == 0 {
		return out
	}
	c := d.Spec.Template.Spec.Containers[0]
	out.Image = c.Image
	for _, e := range c.Env {
		if e.Name == "fprocess" {
			out.EnvProcess = e.Value
			continue
		}
		if out.EnvVars == nil {
			out.EnvVars = map[string]string{}
		}
		out.EnvVars[e.Name] = e.Value
	}
	out.Limits, out.Requests = amounts(c.Resources.Limits), amounts(c.Resources.Requests)
	if sc := c.SecurityContext; sc != nil && sc.ReadOnlyRootFilesystem != nil {
		out.ReadOnlyRootFilesystem = *sc.ReadOnlyRootFilesystem
	}
	return out
}

// ownAnnotations leaves out what the gateway computed.
func ownAnnotations(all map[string]string) map[string]string {
	own := maps.Clone(all)
	delete(own, annotationHandlerSum)
	delete(own, AnnotationImageDigest)
	return own
}

func projectedSecrets(v corev1.Volume) []string {
	if v.Projected == nil {
		return nil
	}
	var names []string
	for _, source := range v.Projected.Sources {
		if source.Secret != nil {
			names = append(names, source.Secret.Name)
		}
	}
	return names
}

func amounts(list corev1.ResourceList) map[string]string {
	if len(list) == 0 {
		return nil
	}
	out := make(map[string]string, len(list))
	for name, q := range list {
		out[string(name)] = q.String()
	}
	return out
}

// podMetricsList is the part of the metrics API that Usage reads.
type podMetricsList struct {
	Items []struct {
		Containers []struct {
			Usage map[string]resource.Quantity `json:"usage"`
		} `json:"containers"`
	} `json:"items"`
}

// Usage returns what all replicas of a function use; an error where the cluster
// does not measure it (yet).
func (s *Store) Usage(ctx context.Context, key Key) (api.Usage, error) {
	raw, err := s.client.PodMetrics(ctx, key.Namespace, LabelFunction+"="+key.Name)
	if err != nil {
		return api.Usage{}, translate("usage of "+key.Name, err)
	}
	var list podMetricsList
	if err := json.Unmarshal(raw, &list); err != nil {
		return api.Usage{}, fmt.Errorf("usage of %s: %w", key.Name, err)
	}
	var sum api.Usage
	for _, pod := range list.Items {
		for _, c := range pod.Containers {
			cpu, memory := c.Usage["cpu"], c.Usage["memory"]
			sum.CPU += cpu.AsApproximateFloat64() * 1000
			sum.TotalMemoryBytes += memory.AsApproximateFloat64()
		}
	}
	return sum, nil
}
