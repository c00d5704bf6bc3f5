package store_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
	"github.com/labbox/labbox/internal/faas/storetest"
)

// life is a pod whose container has been restarted; waiting: it is about to be again.
func life(name, id, before string, waiting bool) *corev1.Pod {
	p := pod(name, true)
	c := &p.Status.ContainerStatuses[0]
	c.ContainerID = id
	if before != "" {
		c.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ContainerID: before}
	}
	if waiting {
		c.ContainerID, c.State = before, corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}
	}
	return p
}

func readAll(t *testing.T, s *store.Store, q store.LogQuery) string {
	t.Helper()
	q.Key = store.Key{Namespace: ns, Name: "f"}
	var got []string
	if err := s.Logs(context.Background(), q, func(l api.LogLine) error { got = append(got, l.Text); return nil }); err != nil {
		t.Fatal(err)
	}
	return strings.Join(got, " ")
}

func TestLogsOverARestart(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		pod  *corev1.Pod
		tail int64
		want string
	}{
		{"running again", life("a", "two", "one", false), 0, "crash start"},
		{"last lines", life("a", "two", "one", false), 1, "start"},
		{"about to be started", life("a", "", "one", true), 0, "start"}, // the kubelet shows the life before
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, c := newStore(t, functionObject(), tt.pod)
			c.Logs = func(_ context.Context, _ string, o *corev1.PodLogOptions) (io.ReadCloser, error) {
				if o.Previous {
					return io.NopCloser(strings.NewReader(stamped("01 crash"))), nil
				}
				return io.NopCloser(strings.NewReader(stamped("02 start"))), nil
			}
			if got := readAll(t, s, store.LogQuery{Tail: tt.tail}); got != tt.want {
				t.Errorf("Logs() = %q, want %q", got, tt.want)
			}
		})
	}
}

// following runs Logs with Follow and returns its lines.
func following(t *testing.T, s *store.Store, q store.LogQuery) <-chan string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	lines, ended := make(chan string, 100), make(chan error)
	q.Key, q.Follow = store.Key{Namespace: ns, Name: "f"}, true
	go func() {
		ended <- s.Logs(ctx, q, func(l api.LogLine) error { lines <- l.Text; return nil })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Logs() = %v", err)
		}
	})
	return lines
}

func wantLines(t *testing.T, lines <-chan string, want ...string) {
	t.Helper()
	for _, w := range want {
		select {
		case got := <-lines:
			if got != w {
				t.Fatalf("line %q, want %q", got, w)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("no line %q after 10 s", w)
		}
	}
}

func mustUpdatePod(t *testing.T, c *storetest.Cluster, p *corev1.Pod) {
	t.Helper()
	if err := c.Tracker.Update(corev1.SchemeGroupVersion.WithResource("pods"), p, ns); err != nil {
		t.Fatal(err)
	}
}

// A follower that asked for one last line gets all that the next life writes, and no
// line twice, though the kubelet shows the next life to who asks for the one before.
func TestFollowOverARestart(t *testing.T) {
	t.Parallel()
	s, c := newStore(t, functionObject(), life("a", "one", "", false))
	var opened atomic.Int32
	c.Logs = func(_ context.Context, _ string, o *corev1.PodLogOptions) (io.ReadCloser, error) {
		text := stamped("01 one")
		if n := opened.Add(1); n > 1 && !o.Previous {
			if o.TailLines != nil {
				t.Error("the next life is cut to its last lines")
			}
			text = stamped("02 two", "03 three")
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}
	lines := following(t, s, store.LogQuery{Tail: 1})
	wantLines(t, lines, "one")
	c.AwaitWatch(t, "pods", 1)
	mustUpdatePod(t, c, life("a", "two", "one", false))
	wantLines(t, lines, "two", "three")
	mustUpdatePod(t, c, life("a", "three", "two", false))
	select {
	case got := <-lines:
		t.Errorf("line %q came twice", got)
	case <-time.After(100 * time.Millisecond): // long enough for what is at hand already
	}
}

// A stream that breaks while the container runs is begun anew where it broke.
func TestFollowOverABrokenStream(t *testing.T) {
	t.Parallel()
	s, c := newStore(t, functionObject(), life("a", "one", "", false))
	var opened atomic.Int32
	c.Logs = func(ctx context.Context, _ string, o *corev1.PodLogOptions) (io.ReadCloser, error) {
		if opened.Add(1) == 1 {
			return io.NopCloser(strings.NewReader(stamped("01 one", "02 two"))), nil
		}
		if o.SinceTime == nil || o.SinceTime.Second() != 2 {
			t.Errorf("begun anew from %v", o.SinceTime)
		}
		r, w := io.Pipe()
		context.AfterFunc(ctx, func() { _ = w.Close() })
		go func() { _, _ = io.WriteString(w, stamped("02 two", "03 three")) }()
		return r, nil
	}
	wantLines(t, following(t, s, store.LogQuery{}), "one", "two", "three")
}

// A function that floods its log, or writes without a line's end, costs the reader a
// bounded memory and the line nothing but cuts.
func TestFlood(t *testing.T) {
	t.Parallel()
	s, c := newStore(t, functionObject(), pod("a", true))
	const size = 64 << 20
	tests := []struct {
		name string
		line int // bytes
	}{{"no line's end", size}, {"long lines", 1 << 20}, {"short lines", 100}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c.Logs = func(context.Context, string, *corev1.PodLogOptions) (io.ReadCloser, error) {
				return io.NopCloser(io.LimitReader(&flood{line: []byte("2026-11-23T10:00:00Z " + strings.Repeat("x", tt.line) + "\n")}, size)), nil
			}
			n, bytes := 0, 0
			q := store.LogQuery{Key: store.Key{Namespace: ns, Name: "f"}, Tail: 1 << 40}
			err := s.Logs(context.Background(), q, func(l api.LogLine) error {
				n, bytes = n+1, bytes+len(l.Text)
				if len(l.Text) > 64<<10 || l.Timestamp.Year() != 2026 {
					return fmt.Errorf("a line of %d bytes at %s", len(l.Text), l.Timestamp)
				}
				return nil
			})
			if err != nil || n == 0 || n > 10000 || bytes > 4<<20 {
				t.Errorf("%d lines, %d bytes, %v", n, bytes, err)
			}
		})
	}
}

// flood repeats a line without end.
type flood struct {
	line []byte
	at   int
}

// Read implements io.Reader.
func (f *flood) Read(p []byte) (int, error) {
	n := copy(p, f.line[f.at:])
	f.at = (f.at + n) % len(f.line)
	return n, nil
}
