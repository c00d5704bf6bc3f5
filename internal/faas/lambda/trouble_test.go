package lambda

import (
	"context"
	"net/http"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labbox/labbox/internal/faas/store"
)

// never is a Caller to whom no replica gets ready.
type never struct{}

// Call implements Caller.
func (never) Call(ctx context.Context, _ store.Key, _ *http.Request) (*http.Response, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func podOf(deployment, name, reason string, ready corev1.ConditionStatus) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "lambda-fn", Labels: map[string]string{store.LabelFunction: deployment}},
		Status: corev1.PodStatus{
			Conditions:        []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}},
			ContainerStatuses: []corev1.ContainerStatus{{Name: "function", Image: "mine:1", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}}},
		},
	}
}

func TestAnImageThatIsNotThere(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.must(t, 201, "POST "+base, map[string]any{"FunctionName": "img", "Role": role, "PackageType": "Image", "Code": map[string]any{"ImageUri": "mine:1"}})
	f.await(t, "img")
	name := f.deployments(t)[0].Name
	if err := f.Tracker.Add(podOf(name, "a", "ErrImageNeverPull", corev1.ConditionFalse)); err != nil {
		t.Fatal(err)
	}
	f.server.caller = never{}
	a := f.must(t, 409, "POST "+base+"/img/invocations", nil)
	if a.header.Get("x-amzn-ErrorType") != "CodeArtifactUserFailedException" || !strings.Contains(a.text, "mine:1: ErrImageNeverPull") {
		t.Errorf("%v %s", a.header, a.text)
	}
	if err := f.Tracker.Add(podOf(name, "b", "", corev1.ConditionTrue)); err != nil {
		t.Fatal(err)
	}
	if text := f.server.cluster.trouble(t.Context(), name); text != "" {
		t.Errorf("a pod is ready, but: %s", text)
	}
}
