package helm

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"helm.sh/helm/v3/pkg/kube"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/cli-runtime/pkg/resource"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/labbox/labbox/internal/lab"
)

// diagnoseTimeout bounds the look at what is wrong after the time for it is over.
const diagnoseTimeout = 5 * time.Second

func (c *cluster) waitReady(ctx context.Context, manifest string) error {
	list, err := c.build(manifest)
	if err != nil {
		return err
	}
	workloads := list.Filter(isWorkload)
	checker := kube.NewReadyChecker(c.clients, nil, kube.PausedAsReady(true))
	var waiting *resource.Info
	err = wait.PollUntilContextCancel(ctx, poll, true, func(ctx context.Context) (bool, error) {
		for _, info := range workloads {
			ready, err := checker.IsReady(ctx, info)
			if err != nil && !transient(err) {
				return false, err
			}
			if !ready {
				waiting = info
				return false, nil
			}
		}
		return true, nil
	})
	if err == nil {
		return nil
	}
	if waiting == nil || !wait.Interrupted(err) {
		return fmt.Errorf("wait until the workloads are ready: %w", err)
	}
	if errors.Is(context.Cause(ctx), context.Canceled) {
		return fmt.Errorf("wait for %s: %w", waiting.ObjectName(), err)
	}
	// ctx is over, but why it is not ready is the best part of the message.
	reason := c.diagnose(context.WithoutCancel(ctx), waiting)
	return lab.Errorf(lab.CodeNotReady, fmt.Sprintf("See its log: labbox logs %s", waiting.Name),
		"%s in namespace %s is not ready in time: %s: %w", waiting.ObjectName(), waiting.Namespace, reason, err)
}

func isWorkload(info *resource.Info) bool {
	if info.Mapping == nil || info.Mapping.GroupVersionKind.Group != appsv1.GroupName {
		return false
	}
	switch info.Mapping.GroupVersionKind.Kind {
	case "Deployment", "StatefulSet", "DaemonSet":
		return true
	}
	return false
}

// transient errors go away by waiting: the object is not there yet, the API is busy.
func transient(err error) bool {
	return apierrors.IsNotFound(err) || apierrors.IsTooManyRequests(err) || apierrors.IsServerTimeout(err) ||
		apierrors.IsInternalError(err) || apierrors.IsServiceUnavailable(err) || apierrors.IsTimeout(err)
}

// diagnose says in the words of Kubernetes why a workload is not ready.
func (c *cluster) diagnose(ctx context.Context, info *resource.Info) string {
	ctx, cancel := context.WithTimeout(ctx, diagnoseTimeout)
	defer cancel()
	if err := info.Get(); err != nil {
		return err.Error()
	}
	selector, err := selectorOf(info)
	if err != nil {
		return err.Error()
	}
	pods, err := c.clients.CoreV1().Pods(info.Namespace).List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return err.Error()
	}
	if len(pods.Items) == 0 {
		return "it has no pod"
	}
	var reasons []string
	for i := range pods.Items {
		if reason := podReason(&pods.Items[i]); reason != "" {
			reasons = append(reasons, fmt.Sprintf("pod %s: %s", pods.Items[i].Name, reason))
		}
	}
	if len(reasons) == 0 {
		return "its pods are ready, but Kubernetes has not counted them yet"
	}
	return strings.Join(reasons, "; ")
}

// selectorOf returns the label selector of a workload's pods.
func selectorOf(info *resource.Info) (string, error) {
	object, err := scheme.Scheme.ConvertToVersion(info.Object, appsv1.SchemeGroupVersion)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", info.ObjectName(), err)
	}
	var selector *metav1.LabelSelector
	switch o := object.(type) {
	case *appsv1.Deployment:
		selector = o.Spec.Selector
	case *appsv1.StatefulSet:
		selector = o.Spec.Selector
	case *appsv1.DaemonSet:
		selector = o.Spec.Selector
	}
	return metav1.FormatLabelSelector(selector), nil
}

// podReason is empty for a ready pod.
func podReason(pod *corev1.Pod) string {
	for _, s := range append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...) {
		switch {
		case s.State.Waiting != nil && s.LastTerminationState.Terminated != nil:
			last := s.LastTerminationState.Terminated
			return fmt.Sprintf("container %s: %s, last ended with exit code %d (%s) %s",
				s.Name, s.State.Waiting.Reason, last.ExitCode, last.Reason, strings.TrimSpace(last.Message))
		case s.State.Waiting != nil && s.State.Waiting.Reason != "PodInitializing":
			return fmt.Sprintf("container %s: %s %s", s.Name, s.State.Waiting.Reason, s.State.Waiting.Message)
		}
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			return "not scheduled: " + condition.Message
		}
	}
	for _, s := range pod.Status.ContainerStatuses {
		if !s.Ready {
			return fmt.Sprintf("container %s runs but does not answer its readiness probe", s.Name)
		}
	}
	if pod.Status.Phase != corev1.PodRunning {
		return strings.ToLower(string(pod.Status.Phase))
	}
	return ""
}
