package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

func functionObject() *appsv1.Deployment {
	return &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "f", Namespace: ns, Labels: map[string]string{store.LabelFunction: "f"}}}
}

func pod(name string, started bool) *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: ns, Labels: map[string]string{store.LabelFunction: "f"}}}
	if started {
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{ContainerID: "id-" + name, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}
	}
	return p
}

// stamped writes log lines as the kubelet does: second and text.
func stamped(lines ...string) string {
	var b strings.Builder
	for _, l := range lines {
		second, text, _ := strings.Cut(l, " ")
		fmt.Fprintf(&b, "2026-11-23T10:00:%s.5Z %s\n", second, text)
	}
	return b.String()
}

func TestLogsMergeByTime(t *testing.T) {
	t.Parallel()
	logs := map[string]string{"a": stamped("01 one", "04 four", "05 five"), "b": stamped("02 two", "03 three", "06 six")}
	tests := []struct {
		name string
		q    store.LogQuery
		want string
	}{
		{"all", store.LogQuery{Tail: -1}, "one two three four five six"},
		{"last two of all pods", store.LogQuery{Tail: 2}, "five six"},
		{"more than there are", store.LogQuery{Tail: 50}, "one two three four five six"},
		{"one pod", store.LogQuery{Instance: "b"}, "two three six"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, c := newStore(t, functionObject(), pod("a", true), pod("b", true), pod("waiting", false))
			c.Logs = func(_ context.Context, pod string, o *corev1.PodLogOptions) (io.ReadCloser, error) {
				if tt.q.Tail > 0 && (o.TailLines == nil || *o.TailLines != tt.q.Tail) {
					t.Errorf("the kubelet was not asked for %d lines", tt.q.Tail)
				}
				return io.NopCloser(strings.NewReader(logs[pod])), nil
			}
			tt.q.Key = store.Key{Namespace: ns, Name: "f"}
			var got []string
			err := s.Logs(context.Background(), tt.q, func(l api.LogLine) error {
				if l.Name != "f" || l.Namespace != ns || l.Instance == "" || l.Timestamp.Year() != 2026 {
					t.Errorf("line %+v is not complete", l)
				}
				got = append(got, l.Text)
				return nil
			})
			if text := strings.Join(got, " "); err != nil || text != tt.want {
				t.Errorf("Logs() = %q, %v; want %q", text, err, tt.want)
			}
		})
	}
}

func TestLogsOfNone(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	err := s.Logs(context.Background(), store.LogQuery{Key: store.Key{Namespace: ns, Name: "f"}}, nil)
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Logs() = %v, want ErrNotFound", err)
	}
}

// A follower gets what a running pod writes, what a pod writes that starts later,
// and ends with its context, not before.
func TestLogsFollow(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	s, c := newStore(t, functionObject(), pod("a", true), pod("b", false))
	pipes := map[string]*io.PipeWriter{}
	var mu sync.Mutex
	opened := make(chan string, 4)
	c.Logs = func(ctx context.Context, pod string, _ *corev1.PodLogOptions) (io.ReadCloser, error) {
		r, w := io.Pipe()
		context.AfterFunc(ctx, func() { _ = w.CloseWithError(ctx.Err()) })
		mu.Lock()
		pipes[pod] = w
		mu.Unlock()
		opened <- pod
		return r, nil
	}
	lines, ended := make(chan string, 8), make(chan error)
	go func() {
		q := store.LogQuery{Key: store.Key{Namespace: ns, Name: "f"}, Follow: true, Since: time.Now()}
		ended <- s.Logs(ctx, q, func(l api.LogLine) error { lines <- l.Instance + ":" + l.Text; return nil })
	}()
	write := func(pod, line string) {
		mu.Lock()
		w := pipes[pod]
		mu.Unlock()
		if _, err := io.WriteString(w, stamped(line)); err != nil {
			t.Error(err)
		}
	}
	wantLine := func(want string) {
		t.Helper()
		select {
		case got := <-lines:
			if got != want {
				t.Fatalf("line %q, want %q", got, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("no line %q after 10 s", want)
		}
	}
	if got := <-opened; got != "a" {
		t.Fatalf("opened the log of %s first", got)
	}
	write("a", "01 hello")
	wantLine("a:hello")
	c.AwaitWatch(t, "pods", 1)
	if err := c.Tracker.Update(corev1.SchemeGroupVersion.WithResource("pods"), pod("b", true), ns); err != nil {
		t.Fatal(err)
	}
	if got := <-opened; got != "b" {
		t.Fatalf("opened the log of %s, want that of the new pod", got)
	}
	write("b", "02 late")
	wantLine("b:late")
	write("a", "03 still")
	wantLine("a:still")
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Logs() = %v", err)
	}
}
