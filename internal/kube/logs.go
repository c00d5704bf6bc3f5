package kube

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/labbox/labbox/internal/lab"
)

// Logs copies the log of every container of a workload's pods to w, line by
// line; see lab.Cluster.
func (c *Cluster) Logs(ctx context.Context, q lab.LogQuery, w io.Writer) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	pods, err := podsOf(ctx, client, q.Namespace, q.Name)
	if err != nil {
		return fmt.Errorf("logs of %s/%s: %w", q.Namespace, q.Name, err)
	}
	var streams errgroup.Group
	out := &lines{w: w}
	prefixed := len(pods) > 1 || len(pods[0].Spec.Containers) > 1
	for _, pod := range pods {
		for _, container := range pod.Spec.Containers {
			options := &corev1.PodLogOptions{Container: container.Name, Follow: q.Follow}
			if q.Tail > 0 {
				options.TailLines = &q.Tail
			}
			prefix := ""
			if prefixed {
				prefix = pod.Name + " "
			}
			request := client.CoreV1().Pods(pod.Namespace).GetLogs(pod.Name, options)
			streams.Go(func() error {
				from, err := request.Stream(ctx)
				if err != nil {
					return err
				}
				defer from.Close()
				return out.copy(prefix, from)
			})
		}
	}
	if err := streams.Wait(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("logs of %s/%s: %w", q.Namespace, q.Name, err)
	}
	return nil
}

// podsOf finds the pods of a workload by its selector, or the pod of that name.
func podsOf(ctx context.Context, client kubernetes.Interface, namespace, name string) ([]corev1.Pod, error) {
	all, err := listWorkloads(ctx, client)
	if err != nil {
		return nil, err
	}
	for _, w := range all {
		if w.meta.Namespace != namespace || w.meta.Name != name {
			continue
		}
		list, err := client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{
			LabelSelector: metav1.FormatLabelSelector(w.selector)})
		if err != nil {
			return nil, err
		}
		if len(list.Items) == 0 {
			return nil, lab.Errorf(lab.CodeNotFound, "Look at it again when it has a pod.", "%s %s/%s has no pods", w.kind, namespace, name)
		}
		return list.Items, nil
	}
	pod, err := client.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, lab.Errorf(lab.CodeNotFound, "labbox status lists what there is.", "no workload or pod %s in namespace %s: %w", name, namespace, err)
	}
	return []corev1.Pod{*pod}, nil
}

// lines lets several goroutines write whole lines.
type lines struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lines) copy(prefix string, from io.Reader) error {
	reader := bufio.NewReader(from)
	for {
		line, err := reader.ReadString('\n')
		if line != "" {
			l.mu.Lock()
			_, werr := io.WriteString(l.w, prefix+line)
			l.mu.Unlock()
			if werr != nil {
				return werr
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
