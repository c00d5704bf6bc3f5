package queue

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

// TestMain is also the child of TestCrashLosesNothing.
func TestMain(m *testing.M) {
	if backend := os.Getenv("QUEUE_TEST_BACKEND"); backend != "" {
		if err := child(os.Getenv("QUEUE_TEST_DIR"), backend); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child runs a queue until it is killed and prints where it listens.
func child(dir, backend string) error {
	config, err := FromEnv(os.Getenv)
	if err != nil {
		return err
	}
	config.Dir, config.AckWait = dir, time.Second
	known := &functions{all: map[store.Key]store.Function{keyFor("f"): {}}}
	q, err := Open(context.Background(), Options{Config: config, Caller: remote{backend}, Functions: known, Namespace: ns, Version: "test", Log: slog.Default()})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go func() { _ = http.Serve(l, q.Handler()) }() //nolint:gosec // a test's
	return q.Run(context.Background())
}

type process struct {
	cmd     *exec.Cmd
	address string
}

func mustStart(t *testing.T, dir, backend string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0])}
	p.cmd.Env = append(os.Environ(), "QUEUE_TEST_DIR="+dir, "QUEUE_TEST_BACKEND="+backend)
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the child says nothing: %v", err)
	}
	p.address = strings.TrimSpace(line)
	return p
}

// kill ends the process without any warning; again it does nothing.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_, _ = p.cmd.Process.Wait()
}

// rss returns what of the process is in memory, in MiB.
func (p *process) rss(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return n >> 10
}

// A process that queued a thousand calls is killed with SIGKILL while it works on
// them, twice. Every call that was answered with 202 reaches the function.
func TestCrashLosesNothing(t *testing.T) {
	t.Parallel()
	const calls = 1000
	var mu sync.Mutex
	reached, total := map[string]int{}, 0
	progress := make(chan int, 10*calls)
	backend := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-time.After(5 * time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		reached[r.Header.Get("X-Call-Id")]++
		total++
		progress <- len(reached)
	}))
	defer backend.Close()
	dir := t.TempDir()
	p := mustStart(t, dir, backend.URL)
	begin := time.Now()
	accepted := make(chan string, calls)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range calls / 8 {
				accepted <- mustSend(t, "POST http://"+p.address+"/async-function/f", "body", 202).Get("X-Call-Id")
			}
		})
	}
	wg.Wait()
	close(accepted)
	queued := time.Since(begin)
	memory := p.rss(t)
	waitFor := func(n int) {
		for seen := 0; seen < n; seen = take(t, progress) {
		}
	}
	mu.Lock()
	before := len(reached)
	mu.Unlock()
	if before >= calls-100 {
		t.Fatalf("%d of %d calls were done before the first kill", before, calls)
	}
	p.kill()
	p = mustStart(t, dir, backend.URL)
	waitFor(min(before+(calls-before)/2, calls-20))
	p.kill()
	p = mustStart(t, dir, backend.URL)
	waitFor(calls)
	mu.Lock()
	defer mu.Unlock()
	for id := range accepted {
		if reached[id] == 0 {
			t.Errorf("call %s never reached the function", id)
		}
	}
	t.Logf("%d calls queued in %s by a process of %d MiB, %d done before the first kill, %d calls reached the function in %d requests, done after %s",
		calls, queued.Round(time.Millisecond), memory, before, len(reached), total, time.Since(begin).Round(time.Millisecond))
}
