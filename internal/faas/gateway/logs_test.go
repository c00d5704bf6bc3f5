package gateway

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

func TestLogsAreFollowedLineByLine(t *testing.T) {
	t.Parallel()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "f-1", Namespace: ns, Labels: map[string]string{store.LabelFunction: "f"}},
		Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{
			{ContainerID: "c", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}},
	}
	f := newFixture(t, nil, function("f", 1), pod)
	r, w := io.Pipe()
	closed := make(chan struct{})
	since := make(chan time.Time, 1)
	f.Logs = func(ctx context.Context, _ string, o *corev1.PodLogOptions) (io.ReadCloser, error) {
		since <- o.SinceTime.Time
		context.AfterFunc(ctx, func() { _ = w.Close(); close(closed) })
		return r, nil
	}
	request, _ := http.NewRequest("GET", f.url+"/system/logs?name=f&namespace=openfaas-fn&follow=1&tail=-1", nil)
	request.SetBasicAuth("admin", "secret")
	resp, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || kind != "application/x-ndjson" {
		t.Fatalf("%d %s", resp.StatusCode, kind)
	}
	if ago := time.Since(<-since).Round(time.Minute); ago != 5*time.Minute {
		t.Errorf("without since the log begins %s ago, want 5 minutes", ago)
	}
	lines := bufio.NewReader(resp.Body)
	for _, text := range []string{"one", "two"} {
		_, _ = io.WriteString(w, "2026-11-23T10:00:00.123456789Z "+text+"\n")
		line, err := lines.ReadBytes('\n')
		var got api.LogLine
		if err == nil {
			err = json.Unmarshal(line, &got)
		}
		if err != nil || got.Text != text || got.Name != "f" || got.Instance != "f-1" || got.Timestamp.Nanosecond() != 123456789 {
			t.Fatalf("line %s, %v", line, err)
		}
	}
	_ = resp.Body.Close() // the client leaves, and with it the stream from the kubelet ends
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Error("the log stream goes on after the client left")
	}
}
