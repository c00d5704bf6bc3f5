package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

// awaitWaiting returns when n calls of f wait or run.
func (f *fixture) awaitWaiting(t *testing.T, n int) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		w := httptest.NewRecorder()
		f.gateway.MetricsHandler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		if strings.Contains(w.Body.String(), fmt.Sprintf("inflight{function_name=\"f.openfaas-fn\"} %d\n", n)) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%d calls are not in flight after 10 s", n)
}

func TestScaleFromZeroIsOneFlight(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 0))
	const callers = 50
	var served atomic.Int32
	_, port := replica(t, "127.0.0.1", 0, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served.Add(1) }))
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			resp, err := http.Post(f.url+"/function/f", "text/plain", strings.NewReader("body"))
			if err != nil {
				t.Error(err)
				return
			}
			_ = resp.Body.Close()
			if resp.StatusCode != 200 {
				t.Errorf("status %d", resp.StatusCode)
			}
		})
	}
	f.awaitWaiting(t, callers)
	f.SetReady(t, "f", port, "127.0.0.1")
	wg.Wait()
	if served.Load() != callers {
		t.Errorf("%d calls were served, want %d", served.Load(), callers)
	}
	if n := f.Count("update", "deployments"); n != 1 {
		t.Errorf("the function was scaled %d times, want once", n)
	}
	w := httptest.NewRecorder()
	f.gateway.MetricsHandler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if !strings.Contains(w.Body.String(), `labbox_gateway_cold_start_seconds_count{function_name="f.openfaas-fn"} 1`) {
		t.Error("the cold start is not measured")
	}
}

func TestCallsWithoutReplica(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		replicas int32
		change   func(*Config)
		wakeErr  error
		status   int
	}{
		{"never ready", 1, func(c *Config) { c.WakeTimeout = 50 * time.Millisecond }, nil, 503},
		{"woken, never ready", 0, func(c *Config) { c.WakeTimeout = 50 * time.Millisecond }, nil, 503},
		{"at zero, waking is off", 0, func(c *Config) { c.ScaleFromZero = false }, nil, 503},
		{"cluster refuses to scale", 0, nil, errors.New("quota"), 502},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, tt.change, function("f", tt.replicas))
			if tt.wakeErr != nil {
				f.Fail("update", "deployments", tt.wakeErr)
			}
			resp, body := f.do(t, "GET", "/function/f", "")
			if resp.StatusCode != tt.status || resp.Header.Get("X-OpenFaaS-Internal") != "proxy" {
				t.Errorf("%d %q, want %d", resp.StatusCode, body, tt.status)
			}
		})
	}
}

func TestDeletedWhileWaitingIs404(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	status := make(chan int)
	go func() {
		resp, err := http.Get(f.url + "/function/f")
		if err != nil {
			t.Error(err)
			close(status)
			return
		}
		_ = resp.Body.Close()
		status <- resp.StatusCode
	}()
	f.awaitWaiting(t, 1)
	f.do(t, "DELETE", "/system/functions", `{"functionName":"f"}`)
	if got := <-status; got != 404 {
		t.Errorf("status %d, want 404", got)
	}
}

// The caller that started a flight leaves; the others still get their replica.
func TestFlightOutlivesItsFirstCaller(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 0))
	key := store.Key{Namespace: ns, Name: "f"}
	ctx, cancel := context.WithCancel(context.Background())
	first, second := make(chan error), make(chan string)
	go func() {
		_, err := f.gateway.scaler.Lease(ctx, key, nil)
		first <- err
	}()
	deadline := time.Now().Add(10 * time.Second)
	for f.Count("update", "deployments") == 0 {
		if time.Now().After(deadline) {
			t.Fatal("the function is not woken after 10 s")
		}
		time.Sleep(time.Millisecond)
	}
	go func() {
		lease, err := f.gateway.scaler.Lease(context.Background(), key, nil)
		if err != nil {
			t.Error(err)
			close(second)
			return
		}
		second <- lease.Address
	}()
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller that left got %v", err)
	}
	f.SetReady(t, "f", 8080, "10.0.0.1")
	if got := <-second; got != "10.0.0.1:8080" {
		t.Errorf("Lease() = %q", got)
	}
}

func TestRoundRobin(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 3))
	var counts [3]atomic.Int32
	_, port := replica(t, "127.0.0.1", 0, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { counts[0].Add(1) }))
	replica(t, "127.0.0.2", port, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { counts[1].Add(1) }))
	replica(t, "127.0.0.3", port, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { counts[2].Add(1) }))
	f.SetReady(t, "f", port, "127.0.0.1", "127.0.0.2", "127.0.0.3")
	f.awaitReady(t, "f", 3)
	for range 30 {
		f.do(t, "POST", "/function/f", "x")
	}
	for i := range counts {
		if n := counts[i].Load(); n != 10 {
			t.Errorf("replica %d served %d of 30 calls, want 10", i, n)
		}
	}
}

// A replica that is gone, though the table still lists it, costs no call: bodies
// that were not sent yet go to another one.
func TestDeadReplicaCostsNoCall(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 2))
	alive := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprint(w, r.ContentLength) })
	_, port := replica(t, "127.0.0.1", 0, alive)
	dead, _ := replica(t, "127.0.0.2", port, alive)
	f.SetReady(t, "f", port, "127.0.0.1", "127.0.0.2")
	f.awaitReady(t, "f", 2)
	for i := range 20 {
		if i == 5 {
			dead.Close()
		}
		if resp, body := f.do(t, "POST", "/function/f", "four"); resp.StatusCode != 200 || body != "4" {
			t.Fatalf("call %d: %d %q", i, resp.StatusCode, body)
		}
	}
}

// Where all replicas are gone, a call waits for the next one.
func TestCallWaitsForTheReplicaThatReplacesADeadOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	dead, port := replica(t, "127.0.0.2", 0, http.NotFoundHandler())
	f.SetReady(t, "f", port, "127.0.0.2")
	f.awaitReady(t, "f", 1)
	dead.Close()
	status := make(chan int, 1)
	go func() {
		resp, _ := f.do(t, "POST", "/function/f", "x")
		status <- resp.StatusCode
	}()
	f.awaitWaiting(t, 1)
	_, port = replica(t, "127.0.0.1", 0, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	f.SetReady(t, "f", port, "127.0.0.1")
	if got := <-status; got != 200 {
		t.Errorf("status %d, want 200", got)
	}
}

func TestRequestThatReachedAFunctionIsNotRepeated(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	var seen atomic.Int32
	f.ready(t, "f", func(http.ResponseWriter, *http.Request) {
		seen.Add(1)
		panic(http.ErrAbortHandler)
	})
	if resp, _ := f.do(t, "POST", "/function/f", "x"); resp.StatusCode != 502 || resp.Header.Get("X-OpenFaaS-Internal") != "proxy" {
		t.Errorf("POST: %d, want 502", resp.StatusCode)
	}
	if seen.Load() != 1 {
		t.Errorf("a POST with a body reached the function %d times", seen.Load())
	}
}
