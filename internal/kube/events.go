package kube

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labbox/labbox/internal/lab"
)

// ObjectEvents returns what Kubernetes reports on a workload and what belongs to it, its
// ReplicaSets and pods, newest first.
func (c *Cluster) ObjectEvents(ctx context.Context, namespace, name string) ([]lab.ObjectEvent, error) {
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	list, err := client.CoreV1().Events(namespace).List(ctx, metav1.ListOptions{ResourceVersion: "0"})
	if err != nil {
		return nil, fmt.Errorf("list events of %s/%s: %w", namespace, name, err)
	}
	return describeEvents(list.Items, name), nil
}

func describeEvents(all []corev1.Event, name string) []lab.ObjectEvent {
	out := []lab.ObjectEvent{}
	for _, e := range all {
		about := e.InvolvedObject
		if about.Name != name && !strings.HasPrefix(about.Name, name+"-") {
			continue
		}
		out = append(out, lab.ObjectEvent{Time: seenLast(e), Warning: e.Type == corev1.EventTypeWarning, Reason: e.Reason, Message: e.Message,
			Object: about.Kind + "/" + about.Name, Count: max(1, e.Count)})
	}
	slices.SortStableFunc(out, func(a, b lab.ObjectEvent) int { return b.Time.Compare(a.Time) })
	return out
}

// seenLast is the newest of an event's times: some reporters set one, some another.
func seenLast(e corev1.Event) time.Time {
	newest := e.LastTimestamp.Time
	for _, t := range []time.Time{e.EventTime.Time, e.FirstTimestamp.Time, e.CreationTimestamp.Time} {
		if newest.IsZero() {
			newest = t
		}
	}
	return newest
}
