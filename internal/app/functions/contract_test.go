package functions

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/event"
	"github.com/labbox/labbox/internal/faas/gateway"
	"github.com/labbox/labbox/internal/faas/lambda"
	"github.com/labbox/labbox/internal/faas/queue"
	"github.com/labbox/labbox/internal/faas/store"
	"github.com/labbox/labbox/internal/faas/storetest"
	"github.com/labbox/labbox/internal/web"
)

// subscriber is a store entry whose function listens to pushes.
const subscriber = `200 {"functions":[{"name":"hello","images":{"x86_64":"labbox.local/fn-python:dev","arm64":"labbox.local/fn-python:dev"},
	"annotations":{"topic":"git.push"}}]}`

// TestContractQueue gives up a call and replays it, and hands an event to a function,
// with the gateway's own queue and events.
func TestContractQueue(t *testing.T) {
	t.Parallel()
	var bus *event.Bus
	f := newFixture(t, func(s *gateway.Server) { bus = mustExtend(t, s) })
	f.answer("GET /store/functions.json", subscriber)
	id, err := f.Deploy(t.Context(), "hello")
	if err != nil {
		t.Fatal(err)
	}
	var well atomic.Bool
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !well.Load() {
			http.Error(w, "not\nwell", http.StatusInternalServerError)
		}
	}))
	t.Cleanup(program.Close)
	_, port, _ := net.SplitHostPort(program.Listener.Addr().String())
	number, err := strconv.ParseInt(port, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	f.cluster.SetReady(t, id.Name, int32(number), "127.0.0.1")

	if state, err := f.State(t.Context()); err != nil || state != (web.QueueState{}) {
		t.Errorf("at first: %+v, %v", state, err)
	}
	res, err := http.Post(f.url+"/async-function/hello", "text/plain", strings.NewReader("hi"))
	if err != nil || res.StatusCode != http.StatusAccepted {
		t.Fatalf("queue a call: %v, %v", res, err)
	}
	_, _ = io.Copy(io.Discard, res.Body)
	res.Body.Close()
	await(t, "the call is given up", func() bool { state, _ := f.State(t.Context()); return state == web.QueueState{Dead: 1} })
	letters, err := f.DeadLetters(t.Context(), 5)
	if err != nil || len(letters) != 1 {
		t.Fatalf("letters %+v, %v", letters, err)
	}
	if l := letters[0]; l.Function != "hello.openfaas-fn" || l.CallID != res.Header.Get("X-Call-Id") || l.Attempts != 1 ||
		!strings.HasPrefix(l.Reason, "500: ") || time.Since(l.Time) > time.Minute {
		t.Errorf("letter %+v", l)
	}
	well.Store(true)
	if err := f.Replay(t.Context(), letters[0].ID); err != nil {
		t.Fatal(err)
	}
	await(t, "the replayed call is done", func() bool { state, _ := f.State(t.Context()); return state == web.QueueState{} })

	if err := bus.Publish(t.Context(), event.Event{ID: "1", Source: "/git/x", Topic: event.TopicPush, Subject: "refs/heads/main", Time: time.Now()}); err != nil {
		t.Fatal(err)
	}
	await(t, "the event is delivered", func() bool {
		events, err := f.Events(t.Context(), 5)
		return err == nil && len(events) == 1 && events[0].State == "done" && events[0].Function == "hello.openfaas-fn" &&
			events[0].Topic == "git.push" && events[0].Subject == "refs/heads/main" && events[0].Source == "/git/x"
	})
}

// mustExtend gives the gateway its queue, which tries each call once, and its events.
func mustExtend(t *testing.T, s *gateway.Server) *event.Bus {
	t.Helper()
	env := map[string]string{"state_dir": t.TempDir(), "async_retries": "0"}
	config, err := queue.FromEnv(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	log, ring := slog.New(slog.DiscardHandler), event.NewRing(20)
	q, err := queue.Open(t.Context(), queue.Options{Config: config, Caller: s, Functions: s.Table(), Namespace: "openfaas-fn", Log: log, Observe: ring.Observe})
	if err != nil {
		t.Fatal(err)
	}
	s.Extend(gateway.Extension{Prefixes: map[string]http.Handler{"/async-function/": q.Handler()}, Routes: q.Routes()})
	s.Extend(gateway.Extension{Routes: ring.Routes()})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- q.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		q.Close()
	})
	return event.NewBus(s.Table(), q, ring, log)
}

// await polls until something is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !so() {
		if time.Now().After(deadline) {
			t.Fatalf("after 20 s not so: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestContractLambda lists a function that was made through Lambda's own interface, and
// finds the name that its Deployment, and so its metrics, begin with.
func TestContractLambda(t *testing.T) {
	t.Parallel()
	cluster, dir, keys := storetest.New(t), t.TempDir(), make(callKeys, 9)
	config, err := lambda.FromEnv(func(name string) string { return map[string]string{"state_dir": dir}[name] })
	if err != nil {
		t.Fatal(err)
	}
	server, err := lambda.New(lambda.Options{Config: config, Client: cluster.Client(), Caller: keys, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Wait)
	if err := server.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, func(s *gateway.Server) {
		s.Extend(gateway.Extension{Prefixes: map[string]http.Handler{"/2015-03-31/": server}})
	})
	const name = "My_Thumb-nail_of_a_very_long_name"
	var code bytes.Buffer
	pack := zip.NewWriter(&code)
	if _, err := pack.Create("app.py"); err != nil {
		t.Fatal(err)
	}
	if err := pack.Close(); err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{
		"FunctionName": name, "Role": "arn:aws:iam::000000000000:role/lab", "Runtime": "python3.13", "Handler": "app.handler",
		"Code": map[string]any{"ZipFile": code.Bytes()}, "Timeout": 7, "MemorySize": 256,
	})
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(f.url+"/2015-03-31/functions", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		t.Fatalf("create: %d %s", res.StatusCode, text)
	}
	list, err := f.Lambda(t.Context())
	if err != nil || len(list) != 1 || list[0].Name != name || list[0].Runtime != "python3.13" || list[0].Handler != "app.handler" ||
		list[0].Timeout != 7 || list[0].MemoryMB != 256 || list[0].CodeBytes != int64(code.Len()) {
		t.Fatalf("%+v, %v", list, err)
	}
	res, err = http.Post(f.url+"/2015-03-31/functions/"+name+"/invocations", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	select {
	case called := <-keys:
		if called.Namespace != config.Namespace || !strings.HasPrefix(called.Name, list[0].Series) {
			t.Errorf("called %s, which does not begin with %s", called, list[0].Series)
		}
	default:
		t.Errorf("nothing was called: %s", res.Status)
	}
}

// callKeys is a lambda.Caller that tells whom it was to call.
type callKeys chan store.Key

// Call implements lambda.Caller.
func (c callKeys) Call(_ context.Context, key store.Key, _ *http.Request) (*http.Response, error) {
	c <- key
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}, nil
}
