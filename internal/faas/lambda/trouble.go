package lambda

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labbox/labbox/internal/faas/store"
)

// lookAfter is how long an invocation waits for a pod before it looks what is wrong,
// and lookEvery how often it does so again.
const (
	lookAfter = 2 * time.Second
	lookEvery = time.Second
)

// hopeless are the reasons why containers wait that do not pass by themselves.
var hopeless = []string{
	"ErrImageNeverPull", "ErrImagePull", "ImagePullBackOff", "InvalidImageName",
	"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "CrashLoopBackOff",
}

// trouble says what keeps a Deployment's pods from starting; "": nothing that is known,
// or one of them is ready, and it is for that one that a call waits.
func (c *cluster) trouble(ctx context.Context, deployment string) string {
	pods, err := c.client.Pods(c.config.Namespace).List(ctx, metav1.ListOptions{LabelSelector: store.LabelFunction + "=" + deployment})
	if err != nil {
		return ""
	}
	found := ""
	for _, p := range pods.Items {
		if p.Labels[store.LabelFunction] != deployment {
			continue
		}
		if isReady(&p) {
			return ""
		}
		for _, status := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses) {
			if text := waitsFor(status); text != "" {
				found = text
			}
		}
	}
	return found
}

func isReady(p *corev1.Pod) bool {
	return slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

func waitsFor(s corev1.ContainerStatus) string {
	w := s.State.Waiting
	if w == nil || !slices.Contains(hopeless, w.Reason) {
		return ""
	}
	return fmt.Sprintf("container %s, image %s: %s %s", s.Name, s.Image, w.Reason, w.Message)
}

// watchTrouble ends waiting for pods that cannot start: cancel gets the reason. It
// returns when ctx is done.
func (s *Server) watchTrouble(ctx context.Context, deployment string, cancel context.CancelCauseFunc) {
	before := ""
	for wait := lookAfter; pause(ctx, wait) == nil; wait = lookEvery {
		now := s.cluster.trouble(ctx, deployment)
		if now != "" && before != "" { // twice: an image may be on its way
			cancel(fail(http.StatusConflict, "CodeArtifactUserFailedException", "The function's environment cannot start: %s", now))
			return
		}
		before = now
	}
}
