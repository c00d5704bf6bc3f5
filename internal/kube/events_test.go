package kube

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestDescribeEvents(t *testing.T) {
	t.Parallel()
	at := func(minute int) metav1.Time { return metav1.NewTime(time.Date(2026, 1, 2, 3, minute, 0, 0, time.UTC)) }
	about := func(kind, name string) corev1.ObjectReference { return corev1.ObjectReference{Kind: kind, Name: name} }
	got := describeEvents([]corev1.Event{
		{InvolvedObject: about("Pod", "web-1"), Reason: "Started", LastTimestamp: at(1), Count: 3},
		{InvolvedObject: about("Pod", "website-1"), Reason: "Started", LastTimestamp: at(9)},
		{InvolvedObject: about("Deployment", "web"), Reason: "Scaled", EventTime: metav1.NewMicroTime(at(2).Time)},
		{InvolvedObject: about("Pod", "web-2"), Reason: "BackOff", Type: "Warning", ObjectMeta: metav1.ObjectMeta{CreationTimestamp: at(3)}},
	}, "web")
	if len(got) != 3 || got[0].Object != "Pod/web-2" || !got[0].Warning || got[1].Object != "Deployment/web" || got[1].Count != 1 || got[2].Count != 3 {
		t.Errorf("%+v", got)
	}
}
