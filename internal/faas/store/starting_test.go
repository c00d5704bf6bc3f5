package store

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// podOf is a function's pod as it starts; change may bring it on.
func podOf(change func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "f-1", Namespace: leased.Namespace, Labels: map[string]string{LabelFunction: leased.Name}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{ReadinessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{
			HTTPGet: &corev1.HTTPGetAction{Path: "/_/health", Port: intstr.FromInt32(functPort)}}}}}},
		Status: corev1.PodStatus{PodIP: "10.0.0.1"},
	}
	if change != nil {
		change(p)
	}
	return p
}

func setReadyCondition(status corev1.ConditionStatus) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: status}}
	}
}

func deleted(p *corev1.Pod) {
	setReadyCondition(corev1.ConditionTrue)(p)
	p.DeletionTimestamp = new(metav1.Now())
}

// A pod's life as the watches tell it; want is what gets calls after each step.
func TestPodsAndSlicesTogether(t *testing.T) {
	t.Parallel()
	const a = "10.0.0.1:8080"
	pod := func(change func(*corev1.Pod)) func(*starter, context.Context) {
		return func(s *starter, ctx context.Context) { s.set(ctx, podOf(change)) }
	}
	slice := func(addresses ...string) func(*starter, context.Context) {
		return func(s *starter, _ context.Context) { s.table.setSlice(leased, "s", append([]string{}, addresses...)) }
	}
	gone := func(s *starter, ctx context.Context) { s.handler(ctx).OnDelete(podOf(nil)) }
	pass := func(d time.Duration) func(*starter, context.Context) {
		return func(*starter, context.Context) { time.Sleep(d) }
	}
	type step struct {
		do   func(*starter, context.Context)
		want []string
	}
	tests := []struct {
		name   string
		answer bool
		steps  []step
	}{
		{"ready before the slice says so", true, []step{
			{pod(func(p *corev1.Pod) { p.Status.PodIP = "" }), nil}, {pod(nil), []string{a}},
			{pod(setReadyCondition(corev1.ConditionTrue)), []string{a}}, {slice(a), []string{a}}, {pass(time.Minute), []string{a}},
			{slice(), nil}}},
		{"never answers", false, []step{{pod(nil), nil}, {pod(setReadyCondition(corev1.ConditionTrue)), nil}, {slice(a), []string{a}}}},
		{"Kubernetes does not agree", true, []step{{pod(nil), []string{a}}, {pass(confirmation + time.Second), nil}, {pod(nil), nil}}},
		{"deleted while the slice still has it", true, []step{{pod(setReadyCondition(corev1.ConditionTrue)), nil}, {slice(a), []string{a}}, {pod(deleted), nil}, {gone, nil}, {slice(), nil}, {slice(a), []string{a}}}},
		{"deleted while it starts", true, []step{{pod(nil), []string{a}}, {pod(deleted), nil}, {gone, nil}}},
		{"no longer ready", true, []step{
			{pod(setReadyCondition(corev1.ConditionTrue)), nil}, {slice(a), []string{a}},
			{pod(setReadyCondition(corev1.ConditionFalse)), nil}, {slice(), nil}, {pod(setReadyCondition(corev1.ConditionTrue)), nil}, {slice(a), []string{a}}}},
		{"restarts its container", true, []step{
			{pod(func(p *corev1.Pod) { p.Status.ContainerStatuses = []corev1.ContainerStatus{{RestartCount: 1}} }), nil}}},
		{"is probed in another way", true, []step{{pod(func(p *corev1.Pod) { p.Spec.Containers[0].ReadinessProbe.HTTPGet = nil }), nil}}},
		{"is not to be probed yet", true, []step{{pod(func(p *corev1.Pod) { p.Spec.Containers[0].ReadinessProbe.InitialDelaySeconds = 5 }), nil}}},
		{"an address that no pod is known for", true, []step{{slice("10.9.9.9:1"), []string{"10.9.9.9:1"}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(context.Background())
				table := NewTable()
				s := newStarter(table)
				s.ask = func(context.Context, string) bool { return tt.answer }
				table.SetFunction(leased, &Function{})
				for i, step := range tt.steps {
					step.do(s, ctx)
					synctest.Wait()
					if got := table.Addresses(leased); !slices.Equal(got, step.want) {
						t.Fatalf("after step %d calls go to %v, want %v", i+1, got, step.want)
					}
				}
				cancel()
				time.Sleep(confirmation + time.Second) // timers end
			})
		})
	}
}

func TestAskedOnceAndNoLongerThanItStarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStarter(NewTable())
		begun, ended := 0, 0
		s.ask = func(ctx context.Context, url string) bool {
			if url != "http://10.0.0.1:8080/_/health" {
				t.Errorf("asked at %s", url)
			}
			begun++
			<-ctx.Done()
			ended++
			return false
		}
		for range 3 {
			s.set(t.Context(), podOf(nil))
			synctest.Wait()
		}
		if begun != 1 || ended != 0 {
			t.Fatalf("asked %d times at once, %d ended; want 1 and 0", begun, ended)
		}
		s.set(t.Context(), podOf(deleted))
		synctest.Wait()
		if ended != 1 || len(s.asked) != 0 {
			t.Errorf("a deleted pod is still asked")
		}
	})
}

func TestAskProbeWaitsForTheAnswer(t *testing.T) {
	t.Parallel()
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls++; calls < 3 || r.UserAgent() != "kube-probe/labbox" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	if !askProbe(t.Context(), server.URL) || calls != 3 {
		t.Errorf("%d requests until a yes, want 3", calls)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if askProbe(ctx, "http://127.0.0.1:1/") {
		t.Error("nobody is a yes")
	}
}
