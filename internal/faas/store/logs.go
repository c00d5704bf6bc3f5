package store

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labbox/labbox/internal/faas/api"
)

const (
	// maxTail and maxKept bound what Logs keeps in memory to sort the last lines of
	// several pods.
	maxTail = 10000
	maxKept = 4 << 20
)

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
// the lines of all pods come in the order of their time, with those of a pod's
// container before its last restart. It stops with emit's error.
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
		if !q.wants(pod) {
			continue
		}
		for _, c := range containersOf(pod) {
			if r, err := s.openLog(ctx, q, c); err == nil { // a log that has been cleared away is none
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

// container is one life of a pod's container.
type container struct {
	pod, id  string
	previous bool // before the last restart
}

// containersOf returns the lives of the pod's container that have a log, in order. One
// that waits to be started again shows the life before as its current one.
func containersOf(pod *corev1.Pod) (out []container) {
	for _, c := range pod.Status.ContainerStatuses {
		before := c.LastTerminationState.Terminated
		started := c.State.Running != nil || c.State.Terminated != nil
		if before != nil {
			out = append(out, container{pod.Name, before.ContainerID, started})
		}
		if started {
			out = append(out, container{pod.Name, c.ContainerID, false})
		}
		break // a function has one container
	}
	return out
}

// mergeLogs emits the lines of all readers by time, the last tail of them if > 0.
func mergeLogs(readers []*podReader, tail int64, emit func(api.LogLine) error) error {
	var heads []*podReader
	for _, r := range readers {
		if r.next() == nil {
			heads = append(heads, r)
		}
	}
	kept := lastLines{tail: int(tail)}
	for len(heads) > 0 {
		first := 0
		for i, r := range heads {
			if r.head.Timestamp.Before(heads[first].head.Timestamp) {
				first = i
			}
		}
		r := heads[first]
		if tail > 0 {
			kept.add(r.head)
		} else if err := emit(r.head); err != nil {
			return err
		}
		if r.next() != nil {
			heads = append(heads[:first], heads[first+1:]...)
		}
	}
	for _, line := range kept.lines {
		if err := emit(line); err != nil {
			return err
		}
	}
	return nil
}

// lastLines keeps so many lines, fewer where they are long.
type lastLines struct {
	tail  int
	lines []api.LogLine
	bytes int
}

func (l *lastLines) add(line api.LogLine) {
	l.lines = append(l.lines, line)
	l.bytes += len(line.Text)
	for len(l.lines) > l.tail || l.bytes > maxKept && len(l.lines) > 1 {
		l.bytes -= len(l.lines[0].Text)
		l.lines[0] = api.LogLine{}
		l.lines = l.lines[1:]
	}
}
