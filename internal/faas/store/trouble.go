package store

import (
	"context"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// maxReason bounds what is told of a cluster's message.
const maxReason = 300

// Trouble says in a few words why a function has no ready replica, as far as the
// cluster tells; "" where it does not.
func (s *Store) Trouble(ctx context.Context, key Key) string {
	list, err := s.client.Pods(key.Namespace).List(ctx, podsOf(key.Name))
	if err != nil {
		return ""
	}
	for i := range list.Items {
		if reason := podTrouble(&list.Items[i]); reason != "" {
			return brief(reason)
		}
	}
	if len(list.Items) > 0 {
		return ""
	}
	d, err := s.client.Deployments(key.Namespace).Get(ctx, key.Name, metav1.GetOptions{})
	if err != nil {
		return ""
	}
	for _, c := range d.Status.Conditions { // a quota, for instance
		if c.Type == appsv1.DeploymentReplicaFailure && c.Status == corev1.ConditionTrue {
			return brief(c.Message)
		}
	}
	return ""
}

// podTrouble says why a pod is not ready.
func podTrouble(pod *corev1.Pod) string {
	for _, c := range pod.Status.ContainerStatuses {
		w, before := c.State.Waiting, c.LastTerminationState.Terminated
		switch {
		case c.Ready:
		case w != nil && w.Reason == "CrashLoopBackOff" && before != nil:
			return fmt.Sprintf("it crashes: exit code %d, %s, %d restarts; its log says more", before.ExitCode, before.Reason, c.RestartCount)
		case w != nil && w.Reason != "ContainerCreating" && w.Reason != "PodInitializing":
			return w.Reason + ": " + w.Message
		case c.State.Terminated != nil:
			return fmt.Sprintf("it ended: exit code %d, %s; its log says more", c.State.Terminated.ExitCode, c.State.Terminated.Reason)
		case c.State.Running != nil:
			return "it runs but does not answer /_/health; its log may say more"
		}
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			return c.Reason + ": " + c.Message
		}
	}
	return ""
}

func brief(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + "..."
	}
	return text
}
