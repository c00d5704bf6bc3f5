package watchdog

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain lets the test binary be the function's program: real processes, no
// other tool needed.
func TestMain(m *testing.M) {
	if role := os.Getenv("WATCHDOG_TEST_PROGRAM"); role != "" {
		childMain(role)
		return
	}
	os.Exit(m.Run())
}

// childMain is what runs in the child process.
func childMain(role string) {
	switch role {
	case "cat":
		_, _ = io.Copy(os.Stdout, os.Stdin)
	case "env":
		for _, e := range os.Environ() {
			if strings.HasPrefix(e, "Http_") {
				fmt.Println(e)
			}
		}
	case "fail":
		fmt.Fprintln(os.Stderr, "words of failure")
		os.Exit(3)
	case "partly":
		fmt.Println("part")
		os.Exit(3)
	case "both":
		fmt.Println("out")
		fmt.Fprintln(os.Stderr, "err")
		fmt.Println("out again")
	case "slow":
		time.Sleep(700 * time.Millisecond)
		fmt.Println("done")
	case "hang":
		time.Sleep(time.Hour)
	case "server":
		serveProgram()
	}
}

// serveProgram is a long-lived program: it echoes, hangs, streams.
func serveProgram() {
	if wait, err := time.ParseDuration(os.Getenv("WATCHDOG_TEST_START")); err == nil {
		time.Sleep(wait)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %s %d %s", r.Method, r.RequestURI, r.ContentLength, body)
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		d, _ := time.ParseDuration(r.URL.Query().Get("for"))
		select {
		case <-time.After(d):
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("/exit", func(http.ResponseWriter, *http.Request) { os.Exit(7) })
	mux.HandleFunc("/am-i-ready", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	mux.HandleFunc("/_/metrics", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "own_metric 1\n") })
	fmt.Fprintln(os.Stderr, http.ListenAndServe(strings.TrimPrefix(os.Getenv("upstream_url"), "http://"), mux))
	os.Exit(1)
}

// running is a watchdog with real listeners and a real child.
type running struct {
	url, metrics, lock string
	stop               context.CancelFunc
	ended              chan error
	health             func() int
}

// self is the command line of this test binary in a role. Tests run side by side,
// so each gives its environment to its program only, by env(1).
func self(t *testing.T, role string, more ...string) string {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(append(append([]string{"/usr/bin/env", "WATCHDOG_TEST_PROGRAM=" + role}, more...), binary), " ")
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// start runs a watchdog with the given environment; it is stopped with the test.
func start(t *testing.T, set map[string]string) *running {
	t.Helper()
	lock := filepath.Join(t.TempDir(), "lock")
	values := map[string]string{"healthcheck_interval": "0", "prefix_logs": "true"}
	for k, v := range set {
		values[k] = v
	}
	config, err := FromEnv(func(name string) string { return values[name] })
	if err != nil {
		t.Fatal(err)
	}
	config.LockFile = lock
	w, err := New(config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	main, side := mustListen(t), mustListen(t)
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{url: "http://" + main.Addr().String(), metrics: "http://" + side.Addr().String() + "/metrics", lock: lock, stop: cancel, ended: make(chan error, 1)}
	r.health = func() int {
		resp, err := http.Get(r.url + "/_/health")
		if err != nil {
			return 0
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	var once sync.Once
	go func() {
		err := w.serve(ctx, main, side)
		once.Do(func() { r.ended <- err; close(r.ended) })
	}()
	t.Cleanup(func() {
		cancel()
		<-r.ended
	})
	return r
}

// startServer runs the long-lived program and waits until it is ready, as the
// kubelet would.
func startServer(t *testing.T, set map[string]string, env ...string) *running {
	t.Helper()
	upstream := "http://127.0.0.1:" + strconv.Itoa(freePort(t))
	values := map[string]string{"mode": "http", "upstream_url": upstream, "fprocess": self(t, "server", append(env, "upstream_url="+upstream)...)}
	for k, v := range set {
		values[k] = v
	}
	r := start(t, values)
	for range 20 {
		if status, _, _ := get(t, r.url+"/_/health", "User-Agent", "kube-probe/1.37"); status == 200 {
			return r
		}
	}
	t.Fatal("not ready after 30 s")
	return nil
}

// eventually asks again until done says yes, for ten seconds at most.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after 10 s still not: %s", what)
		}
	}
}

func mustListen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func get(t *testing.T, url string, header ...string) (int, http.Header, string) {
	t.Helper()
	return do(t, "GET", url, "", header...)
}

func do(t *testing.T, method, url, body string, header ...string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, string(text)
}
