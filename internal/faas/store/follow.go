package store

import (
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/labbox/labbox/internal/faas/api"
)

// reopen is the pause before a log or a watch that broke is begun anew.
const reopen = time.Second

// followLogs streams every container of the function, old and new, into emit.
func (s *Store) followLogs(ctx context.Context, q LogQuery, emit func(api.LogLine) error) error {
	f := &follower{store: s, q: q, seen: map[string]bool{}, lines: make(chan api.LogLine), last: map[string]time.Time{}}
	defer f.readers.Wait()
	ctx, cancel := context.WithCancel(ctx) // ends the readers before they are waited for
	defer cancel()
	f.readers.Go(func() { f.watchPods(ctx) })
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

	mu   sync.Mutex
	last map[string]time.Time // of the last line of each pod
}

// watchPods starts a reader for each container as it starts; a broken watch begins
// anew from a list.
func (f *follower) watchPods(ctx context.Context) {
	first := true
	for ctx.Err() == nil {
		f.watchOnce(ctx, first)
		first = false
		select { // do not hammer an API server that is away
		case <-ctx.Done():
		case <-time.After(reopen):
		}
	}
}

// watchOnce returns when ctx is done or the watch breaks.
func (f *follower) watchOnce(ctx context.Context, first bool) {
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
		f.start(ctx, &list.Items[i], first)
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
				f.start(ctx, pod, false)
			}
		}
	}
}

// start reads the logs of pod's container that are not being read already. Those that
// were there at first are read as the query says, what comes later from its beginning.
func (f *follower) start(ctx context.Context, pod *corev1.Pod, first bool) {
	if !f.q.wants(pod) {
		return
	}
	q := f.q
	if !first {
		q.Tail = 0
	}
	var fresh []container
	for _, c := range containersOf(pod) {
		if f.seen[c.id] || c.previous && q.Tail > 0 { // the last lines are of what runs now
			continue
		}
		f.seen[c.id] = true
		fresh = append(fresh, c)
	}
	if len(fresh) == 0 {
		return
	}
	f.readers.Go(func() {
		for _, c := range fresh { // a life after the other
			f.read(ctx, q, c)
		}
	})
}

// read passes on the log of one container until that has ended. Where only the stream
// did, it goes on from the last line.
func (f *follower) read(ctx context.Context, q LogQuery, c container) {
	for {
		f.copy(ctx, q, c)
		if c.previous || !f.running(ctx, c) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(reopen):
		}
		q.Tail = 0
		if at := f.lastOf(c.pod); !at.IsZero() {
			q.Since = at
		}
	}
}

// copy passes on what one stream of a log holds. Lines that a stream before had are
// left out: the kubelet counts in seconds, and may show the next life already.
func (f *follower) copy(ctx context.Context, q LogQuery, c container) {
	had := f.lastOf(c.pod)
	r, err := f.store.openLog(ctx, q, c)
	if err != nil {
		return
	}
	defer r.close()
	for r.next() == nil {
		if !r.head.Timestamp.After(had) {
			continue
		}
		select {
		case f.lines <- r.head:
			f.mu.Lock()
			f.last[c.pod] = r.head.Timestamp
			f.mu.Unlock()
		case <-ctx.Done():
			return
		}
	}
}

func (f *follower) lastOf(pod string) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last[pod]
}

// running says whether the container still runs; where that cannot be known, too.
func (f *follower) running(ctx context.Context, c container) bool {
	pod, err := f.store.client.Pods(f.q.Namespace).Get(ctx, c.pod, metav1.GetOptions{})
	if err != nil {
		return ctx.Err() == nil && !apierrors.IsNotFound(err)
	}
	for _, s := range pod.Status.ContainerStatuses {
		if s.ContainerID == c.id {
			return s.State.Running != nil
		}
	}
	return false
}
