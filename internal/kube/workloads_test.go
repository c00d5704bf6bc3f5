package kube

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/labbox/labbox/internal/lab"
)

func deployment(name string, desired, ready int32) *appsv1.Deployment {
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "ns", Generation: 1},
		Spec: appsv1.DeploymentSpec{
			Replicas: &desired,
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": name}},
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Image: "labbox.local/x:1.2"}}}},
		},
		Status: appsv1.DeploymentStatus{ObservedGeneration: 1, UpdatedReplicas: desired, ReadyReplicas: ready},
	}
}

func pod(app string, status corev1.PodStatus) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: app + "-1", Namespace: "ns", Labels: map[string]string{"app": app}},
		Status:     status,
	}
}

func waiting(reason, message string) corev1.PodStatus {
	return corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{Name: "main", State: corev1.ContainerState{
		Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}}}}
}

func TestDescribeWorkloads(t *testing.T) {
	t.Parallel()
	labelled := deployment("a", 1, 1)
	labelled.Labels = map[string]string{"app.kubernetes.io/version": "9"}
	stuck := deployment("a", 1, 0)
	stuck.Status.Conditions = []appsv1.DeploymentCondition{{Type: appsv1.DeploymentProgressing, Status: corev1.ConditionFalse, Message: "timed out"}}
	rolling := deployment("a", 1, 1)
	rolling.Generation = 2
	one := int32(1)
	tests := map[string]struct {
		objects []runtime.Object
		want    lab.Workload
	}{
		"ready":           {[]runtime.Object{labelled}, lab.Workload{Kind: "Deployment", Version: "9", Desired: 1, Ready: 1}},
		"starting":        {[]runtime.Object{deployment("a", 2, 1)}, lab.Workload{Kind: "Deployment", Version: "1.2", Desired: 2, Ready: 1, Message: "1 of 2 ready"}},
		"stuck":           {[]runtime.Object{stuck}, lab.Workload{Kind: "Deployment", Version: "1.2", Desired: 1, Message: "timed out"}},
		"rolling":         {[]runtime.Object{rolling}, lab.Workload{Kind: "Deployment", Version: "1.2", Desired: 1, Ready: 1, Message: "rolling out"}},
		"reason of a pod": {[]runtime.Object{deployment("a", 1, 0), pod("a", waiting("CrashLoopBackOff", "back-off"))}, lab.Workload{Kind: "Deployment", Version: "1.2", Desired: 1, Message: "main: CrashLoopBackOff: back-off"}},
		"pod of another":  {[]runtime.Object{deployment("a", 1, 1), pod("b", waiting("ErrImageNeverPull", ""))}, lab.Workload{Kind: "Deployment", Version: "1.2", Desired: 1, Ready: 1}},
		"daemon set": {[]runtime.Object{&appsv1.DaemonSet{ObjectMeta: metav1.ObjectMeta{Name: "a", Namespace: "ns"},
			Spec: appsv1.DaemonSetSpec{Selector: &metav1.LabelSelector{}}, Status: appsv1.DaemonSetStatus{DesiredNumberScheduled: 1, NumberReady: 1}}},
			lab.Workload{Kind: "DaemonSet", Desired: 1, Ready: 1}},
		"stateful set": {[]runtime.Object{&appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Name: "a", Namespace: "ns"},
			Spec: appsv1.StatefulSetSpec{Replicas: &one, Selector: &metav1.LabelSelector{}}}},
			lab.Workload{Kind: "StatefulSet", Desired: 1, Message: "rolling out"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := New(Options{DataDir: "/nowhere"})
			c.clients.typed = fake.NewClientset(tt.objects...)
			got, err := c.Workloads(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Namespace, tt.want.Name = "ns", "a"
			if len(got) != 1 || got[0] != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestPodMessage(t *testing.T) {
	t.Parallel()
	unschedulable := corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "no memory"}}}
	for want, status := range map[string]corev1.PodStatus{
		"":                         waiting("ContainerCreating", ""),
		"main: ErrImageNeverPull":  waiting("ErrImageNeverPull", ""),
		"Unschedulable: no memory": unschedulable,
	} {
		if got := podMessage(*pod("a", status)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestParsePodMemory(t *testing.T) {
	t.Parallel()
	got := parsePodMemory([]byte(`{"items":[{"metadata":{"namespace":"ns","name":"a"},"containers":[
		{"usage":{"cpu":"1m","memory":"2Mi"}},{"usage":{"memory":"1Ki"}}]}]}`))
	if got["ns/a"] != 2<<20+1<<10 {
		t.Errorf("got %v", got)
	}
	if parsePodMemory([]byte("nonsense")) != nil {
		t.Error("nonsense was understood")
	}
}
