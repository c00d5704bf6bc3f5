package gateway

import (
	"strings"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/labbox/labbox/internal/faas/store"
)

func sick(status corev1.PodStatus) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "f-1", Namespace: ns, Labels: map[string]string{store.LabelFunction: "f"}}, Status: status}
}

func container(state corev1.ContainerState, before *corev1.ContainerStateTerminated) corev1.PodStatus {
	return corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{State: state, RestartCount: 4, LastTerminationState: corev1.ContainerState{Terminated: before}}}}
}

// A call of a function that never gets ready is told why, in one line.
func TestWhyThereIsNoReplica(t *testing.T) {
	t.Parallel()
	refused := function("f", 1)
	refused.Status.Conditions = []appsv1.DeploymentCondition{{Type: appsv1.DeploymentReplicaFailure, Status: corev1.ConditionTrue, Message: "exceeded quota: pods"}}
	tests := []struct {
		name    string
		objects []runtime.Object
		want    string
	}{
		{"image", []runtime.Object{function("f", 1), sick(container(corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ErrImageNeverPull", Message: "image is not\npresent"}}, nil))}, "ErrImageNeverPull: image is not present"},
		{"crashes", []runtime.Object{function("f", 1), sick(container(corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}},
			&corev1.ContainerStateTerminated{ExitCode: 3, Reason: "Error"}))}, "it crashes: exit code 3, Error, 4 restarts"},
		{"ended", []runtime.Object{function("f", 1), sick(container(corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled"}}, nil))}, "exit code 137, OOMKilled"},
		{"hangs", []runtime.Object{function("f", 1), sick(container(corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}, nil))}, "does not answer /_/health"},
		{"no node", []runtime.Object{function("f", 1), sick(corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "0/1 nodes are available"}}})}, "Unschedulable: 0/1 nodes"},
		{"quota", []runtime.Object{refused}, "exceeded quota: pods"},
		{"being made", []runtime.Object{function("f", 1), sick(container(corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}}, nil))}, "no endpoints available\n"},
		{"long", []runtime.Object{function("f", 1), sick(container(corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CreateContainerError", Message: strings.Repeat("ä", 1000)}}, nil))}, "ää...\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(c *Config) { c.WakeTimeout = 50 * time.Millisecond }, tt.objects...)
			resp, body := f.do(t, "POST", "/function/f", "x")
			if resp.StatusCode != 503 || !strings.Contains(body, tt.want) || strings.Count(body, "\n") != 1 || resp.Header.Get("X-OpenFaaS-Internal") != "proxy" {
				t.Errorf("%d %q, want 503 with %q", resp.StatusCode, body, tt.want)
			}
		})
	}
}

// Many callers of such a function ask the cluster once.
func TestWhyIsAskedOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.WakeTimeout = 50 * time.Millisecond }, function("f", 1))
	before := f.Count("list", "pods")
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { f.do(t, "POST", "/function/f", "x") })
	}
	wg.Wait()
	if n := f.Count("list", "pods") - before; n > 3 {
		t.Errorf("pods were listed %d times for 50 callers", n)
	}
}
