package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labbox/labbox/internal/faas/api"
)

// maxLine is the longest piece of a line that is passed on at once: a function may
// write without end and without a line's end.
const maxLine = 64 << 10

// podReader reads the log of one container, line by line.
type podReader struct {
	q      LogQuery
	pod    string
	body   io.ReadCloser
	reader *bufio.Reader
	head   api.LogLine
	inside bool // of a line whose first piece was passed on
}

func (s *Store) openLog(ctx context.Context, q LogQuery, c container) (*podReader, error) {
	o := &corev1.PodLogOptions{Timestamps: true, Follow: q.Follow && !c.previous, Previous: c.previous}
	if q.Tail > 0 {
		o.TailLines = &q.Tail
	}
	if !q.Since.IsZero() {
		o.SinceTime = &metav1.Time{Time: q.Since}
	}
	body, err := s.client.PodLog(ctx, q.Namespace, c.pod, o)
	if err != nil {
		return nil, fmt.Errorf("open log of pod %s: %w", c.pod, err)
	}
	return &podReader{q: q, pod: c.pod, body: body, reader: bufio.NewReaderSize(body, maxLine)}, nil
}

func (r *podReader) close() { _ = r.body.Close() }

// next reads the next line, or a piece of a long one, into head; io.EOF at the end.
func (r *podReader) next() error {
	raw, err := r.reader.ReadSlice('\n')
	long := errors.Is(err, bufio.ErrBufferFull)
	if len(raw) == 0 && err != nil {
		return err
	}
	text := strings.TrimRight(string(raw), "\r\n")
	at := r.head.Timestamp
	if !r.inside {
		at, text = stampOf(text)
	}
	r.inside = long
	r.head = api.LogLine{Name: r.q.Name, Namespace: r.q.Namespace, Instance: r.pod, Timestamp: at, Text: text}
	return nil
}

// stampOf takes the kubelet's time off a line; one without is passed on as it is.
func stampOf(line string) (time.Time, string) {
	stamp, rest, _ := strings.Cut(line, " ")
	at, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil {
		return time.Now().UTC(), line
	}
	return at, rest
}
