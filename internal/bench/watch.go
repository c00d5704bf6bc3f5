package bench

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"
)

// marks are the moments at which parts of the lab became ready.
type marks struct {
	mu      sync.Mutex
	at      map[string]time.Time
	failed  error
	changed chan struct{}
}

// event is the part of a lab event that matters here.
type event struct {
	Time    time.Time `json:"time"`
	Kind    string    `json:"kind"`
	Subject string    `json:"subject"`
	State   string    `json:"state"`
}

// figures maps the ready events that are measured to their figure.
func figures() map[string]string {
	return map[string]string{
		"component/kube-apiserver": "apiReady",
		"component/cluster-node":   "nodeReady",
		"lab/lab":                  "allReady",
	}
}

// watch follows the events of a lab that is just being started, until it is ready
// or up has ended.
func watch(ctx context.Context, socket string, up <-chan error) (*marks, error) {
	m := &marks{at: map[string]time.Time{}, changed: make(chan struct{})}
	if err := awaitSocket(ctx, socket, up); err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://labbox/api/v1/events?since=0", nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("follow the lab's events: %w", err)
	}
	go func() {
		defer resp.Body.Close()
		m.read(bufio.NewScanner(resp.Body))
	}()
	go func() {
		if err := <-up; err != nil {
			m.set(func() { m.failed = err })
		}
	}()
	return m, nil
}

// awaitSocket blocks until the lab can be asked.
func awaitSocket(ctx context.Context, socket string, up <-chan error) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if c, err := net.Dial("unix", socket); err == nil {
			return c.Close()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-up:
			return fmt.Errorf("the lab ended at once: %w", err)
		case <-tick.C:
		}
	}
}

func (m *marks) read(lines *bufio.Scanner) {
	lines.Buffer(make([]byte, 0, 64<<10), 1<<20)
	for lines.Scan() {
		data, found := strings.CutPrefix(lines.Text(), "data:")
		if !found {
			continue
		}
		var e event
		if json.Unmarshal([]byte(data), &e) != nil || e.State != "ready" {
			continue
		}
		if name := figures()[e.Kind+"/"+e.Subject]; name != "" {
			m.set(func() {
				if m.at[name].IsZero() {
					m.at[name] = e.Time
				}
			})
		}
	}
}

func (m *marks) set(change func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change()
	close(m.changed)
	m.changed = make(chan struct{})
}

// await blocks until the mark is there or the start has failed.
func (m *marks) await(ctx context.Context, name string) error {
	for {
		m.mu.Lock()
		there, failed, changed := !m.at[name].IsZero(), m.failed, m.changed
		m.mu.Unlock()
		if there || failed != nil {
			return failed
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

func (m *marks) all() map[string]time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := map[string]time.Time{}
	for name, at := range m.at {
		all[name] = at
	}
	return all
}

// payloadBytes is the size of what a program carries at its tail.
func payloadBytes(program string) (int64, error) {
	f, err := os.Open(program)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	z, err := zip.NewReader(f, st.Size())
	if err != nil {
		return 0, fmt.Errorf("read the payload of %s: %w", program, err)
	}
	var sum int64
	for _, file := range z.File {
		sum += int64(file.CompressedSize64)
	}
	return sum, nil
}

func cpus() int { return runtime.NumCPU() }
