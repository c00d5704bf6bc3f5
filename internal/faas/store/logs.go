package store

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/labbox/labbox/internal/faas/api"
)

// maxTail bounds what Logs keeps in memory to sort the last lines of several pods.
const maxTail = 10000

// LogQuery selects lines of a function's log.
type LogQuery struct {
	Key
	// Instance is one pod; empty means all.
	Instance string
	// Since is the earliest time; zero means from the beginning.
	Since time.Time
	// Tail is the number of last lines to begin with; zero or less means all.
	Tail int64
	// Follow goes on until ctx is done, with pods that start later, too.
	Follow bool
}

// Logs calls emit for each line, never from two goroutines at once. Without Follow
// the lines of all pods come in the order of their time. It stops with emit's error.
func (s *Store) Logs(ctx context.Context, q LogQuery, emit func(api.LogLine) error) error {
	if _, err := s.function(ctx, q.Key); err != nil {
		return err
	}
	q.Tail = min(q.Tail, maxTail)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if q.Follow {
		return s.followLogs(ctx, q, emit)
	}
	list, err := s.client.Pods(q.Namespace).List(ctx, podsOf(q.Name))
	if err != nil {
		return translate("list pods of "+q.Name, err)
	}
	var heads []*podReader
	for i := range list.Items {
		pod := &list.Items[i]
		if q.wants(pod) && startedContainer(pod) != "" {
			if r, err := s.openLog(ctx, q, pod.Name); err == nil {
				defer r.close()
				heads = append(heads, r)
			}
		}
	}
	return mergeLogs(heads, q.Tail, emit)
}

func podsOf(function string) metav1.ListOptions {
	return metav1.ListOptions{LabelSelector: LabelFunction + "=" + function}
}

func (q LogQuery) wants(pod *corev1.Pod) bool { return q.Instance == "" || q.Instance == pod.Name }

// startedContainer returns the id of the pod's container once it has a log.
func startedContainer(pod *corev1.Pod) string {
	for _, c := range pod.Status.ContainerStatuses {
		if c.State.Running != nil || c.State.Terminated != nil {
			return c.ContainerID
		}
	}
	return ""
}

// podReader reads the log of one pod, line by line.
type podReader struct {
	q      LogQuery
	pod    string
	body   io.ReadCloser
	reader *bufio.Reader
	head   api.LogLine
}

func (s *Store) openLog(ctx context.Context, q LogQuery, pod string) (*podReader, error) {
	o := &corev1.PodLogOptions{Timestamps: true, Follow: q.Follow}
	if q.Tail > 0 {
		o.TailLines = &q.Tail
	}
	if !q.Since.IsZero() {
		o.SinceTime = &metav1.Time{Time: q.Since}
	}
	body, err := s.client.PodLog(ctx, q.Namespace, pod, o)
	if err != nil {
		return nil, fmt.Errorf("open log of pod %s: %w", pod, err)
	}
	return &podReader{q: q, pod: pod, body: body, reader: bufio.NewReaderSize(body, 16<<10)}, nil
}

func (r *podReader) close() { _ = r.body.Close() }

// next reads the next line into head; io.EOF at the end.
func (r *podReader) next() error {
	text, err := r.reader.ReadString('\n')
	if text == "" && err != nil {
		return err
	}
	stamp, rest, _ := strings.Cut(strings.TrimRight(text, "\r\n"), " ")
	at, perr := time.Parse(time.RFC3339Nano, stamp)
	if perr != nil { // not written by the kubelet: pass it on as it is
		at, rest = time.Now().UTC(), strings.TrimRight(text, "\r\n")
	}
	r.head = api.LogLine{Name: r.q.Name, Namespace: r.q.Namespace, Instance: r.pod, Timestamp: at, Text: rest}
	return nil
}

// mergeLogs emits the lines of all readers by time, the last tail of them if > 0.
func mergeLogs(readers []*podReader, tail int64, emit func(api.LogLine) error) error {
	var heads []*podReader
	for _, r := range readers {
		if r.next() == nil {
			heads = append(heads, r)
		}
	}
	var kept []api.LogLine
	for len(heads) > 0 {
		first := 0
		for i, r := range heads {
			if r.head.Timestamp.Before(heads[first].head.Timestamp) {
				first = i
			}
		}
		r := heads[first]
		if tail > 0 {
			if kept = append(kept, r.head); int64(len(kept)) > 2*tail {
				kept = append(kept[:0], kept[int64(len(kept))-tail:]...)
			}
		} else if err := emit(r.head); err != nil {
			return err
		}
		if r.next() != nil {
			heads = append(heads[:first], heads[first+1:]...)
		}
	}
	if tail > 0 && int64(len(kept)) > tail {
		kept = kept[int64(len(kept))-tail:]
	}
	for _, line := range kept {
		if err := emit(line); err != nil {
			return err
		}
	}
	return nil
}

// followLogs streams every container of the function, old and new, into emit.
func (s *Store) followLogs(ctx context.Context, q LogQuery, emit func(api.LogLine) error) error {
	f := &follower{store: s, q: q, seen: map[string]bool{}, lines: make(chan api.LogLine)}
	defer f.readers.Wait()
	ctx, cancel := context.WithCancel(ctx) // ends the readers before they are waited for
	defer cancel()
	f.readers.Add(1)
	go func() {
		defer f.readers.Done()
		f.watchPods(ctx)
	}()
	for {
		select {
		case line := <-f.lines:
			if err := emit(line); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

type follower struct {
	store   *Store
	q       LogQuery
	lines   chan api.LogLine
	readers sync.WaitGroup
	// seen holds container ids; only watchPods touches it.
	seen map[string]bool
}

// watchPods starts a reader for each container as it starts; a broken watch begins
// anew from a list.
func (f *follower) watchPods(ctx context.Context) {
	for ctx.Err() == nil {
		f.watchOnce(ctx)
		select { // do not hammer an API server that is away
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// watchOnce returns when ctx is done or the watch breaks.
func (f *follower) watchOnce(ctx context.Context) {
	pods := f.store.client.Pods(f.q.Namespace)
	list, err := pods.List(ctx, podsOf(f.q.Name))
	if err != nil {
		return
	}
	o := podsOf(f.q.Name)
	o.ResourceVersion = list.ResourceVersion
	events, err := pods.Watch(ctx, o)
	if err != nil {
		return
	}
	defer events.Stop()
	for i := range list.Items {
		f.start(ctx, &list.Items[i])
	}
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-events.ResultChan():
			if !ok || e.Type == watch.Error {
				return
			}
			if pod, ok := e.Object.(*corev1.Pod); ok && e.Type != watch.Deleted {
				f.start(ctx, pod)
			}
		}
	}
}

// start reads the log of pod's container unless that is being done already.
func (f *follower) start(ctx context.Context, pod *corev1.Pod) {
	id := startedContainer(pod)
	if id == "" || f.seen[id] || !f.q.wants(pod) {
		return
	}
	f.seen[id] = true
	name := pod.Name
	f.readers.Add(1)
	go func() {
		defer f.readers.Done()
		r, err := f.store.openLog(ctx, f.q, name)
		if err != nil {
			return
		}
		defer r.close()
		for r.next() == nil {
			select {
			case f.lines <- r.head:
			case <-ctx.Done():
				return
			}
		}
	}()
}
