package functions

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/web"
)

var (
	_ web.Functions     = (*Client)(nil)
	_ web.FunctionStore = (*Client)(nil)
	_ web.FunctionQueue = (*Client)(nil)
)

const storeDoc = `200 {"version":"0.2.0","functions":[
	{"name":"hello","title":"Hello","title_de":"Hallo","description":"Greets","example":"Ada","repo_url":"javascript:alert(1)","labels":{"com.openfaas.scale.max":"5"},
	 "images":{"x86_64":"labbox.local/fn-python:dev","arm64":"labbox.local/fn-python:dev"},"environment":{"function_dir":"/home/app/samples/hello"},"readOnlyRootFilesystem":true},
	{"name":"other","title":"for another machine","images":{"s390x":"x"}}]}`

// TestLifeOfAFunction deploys from the store, reads, scales and deletes, on the
// gateway itself.
func TestLifeOfAFunction(t *testing.T) {
	t.Parallel()
	f, ctx := newFixture(t), t.Context()
	f.answer("GET /store/functions.json", storeDoc)
	offers, err := f.Offers(ctx)
	if err != nil || len(offers) != 1 || offers[0].Name != "hello" || offers[0].TitleDE != "Hallo" || offers[0].Example != "Ada" || offers[0].Link != "" {
		t.Fatalf("offers %+v, %v", offers, err)
	}
	id, err := f.Deploy(ctx, "hello")
	if err != nil || id != (web.FunctionID{Namespace: "openfaas-fn", Name: "hello"}) {
		t.Fatalf("deploy: %v, %v", id, err)
	}
	if _, err := f.Deploy(ctx, "hello"); err != nil { // anew
		t.Fatal(err)
	}
	if _, err := f.Deploy(ctx, "other"); lab.AsError(err).Code != lab.CodeNotFound {
		t.Errorf("deploy for another machine: %v", err)
	}
	list, err := f.List(ctx)
	if err != nil || len(list) != 1 {
		t.Fatalf("list %+v, %v", list, err)
	}
	got := list[0]
	if got.FunctionID != id || got.Image != "labbox.local/fn-python:dev" || got.Replicas != 1 || !got.ReadOnly ||
		!reflect.DeepEqual(got.Environment, []string{"function_dir"}) || got.Labels["com.openfaas.scale.max"] != "5" {
		t.Errorf("function %+v", got)
	}
	if strings.Contains(fmt.Sprintf("%+v", got), "samples") {
		t.Errorf("the value of a variable is in %+v", got)
	}
	f.opt.Workloads = func(context.Context) ([]lab.Workload, error) {
		return []lab.Workload{{Namespace: "default", Name: "hello", Message: "another"}, {Namespace: "openfaas-fn", Name: "hello", Message: "ErrImageNeverPull"}}, nil
	}
	if list, err := f.List(ctx); err != nil || list[0].Trouble != "ErrImageNeverPull" {
		t.Errorf("not ready: %+v, %v", list, err)
	}
	if err := f.Scale(ctx, id, 0); err != nil {
		t.Fatal(err)
	}
	if list, err := f.List(ctx); err != nil || list[0].Replicas != 0 || list[0].Trouble != "" {
		t.Errorf("at zero: %+v, %v", list, err)
	}
	if err := f.Remove(ctx, id); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"scale": f.Scale(ctx, id, 1), "remove": f.Remove(ctx, id)} {
		if lab.AsError(err).Code != lab.CodeNotFound {
			t.Errorf("%s what is gone: %v", what, err)
		}
	}
	if list, err := f.List(ctx); err != nil || len(list) != 0 {
		t.Errorf("after all: %+v, %v", list, err)
	}
}

func TestInvoke(t *testing.T) {
	t.Parallel()
	f, ctx := newFixture(t), t.Context()
	f.answer("GET /store/functions.json", storeDoc)
	id, err := f.Deploy(ctx, "hello")
	if err != nil {
		t.Fatal(err)
	}
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
		case "/long":
			_, _ = io.WriteString(w, strings.Repeat("x", 1000))
		case "/never":
			<-r.Context().Done()
		default:
			body, _ := io.ReadAll(r.Body)
			w.WriteHeader(http.StatusTeapot)
			_, _ = fmt.Fprintf(w, "%s %s %s %s %q", r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), r.Header.Get("Authorization"), body)
		}
	}))
	t.Cleanup(program.Close)
	_, port, _ := net.SplitHostPort(program.Listener.Addr().String())
	number, _ := strconv.ParseInt(port, 10, 32)
	f.cluster.SetReady(t, id.Name, int32(number), "127.0.0.1")

	answer, err := f.Invoke(ctx, web.FunctionCall{ID: id, Method: "PUT", Path: "/a%20b?c=1", ContentType: "text/plain", Body: []byte("hi"), Limit: 500})
	if err != nil || answer.Status != http.StatusTeapot || string(answer.Body) != `PUT /a%20b?c=1 text/plain  "hi"` || answer.Truncated || answer.Seconds <= 0 {
		t.Errorf("%+v %q, %v", answer, answer.Body, err)
	}
	if answer, err := f.Invoke(ctx, web.FunctionCall{ID: id, Method: "GET", Path: "/long", Limit: 64}); err != nil || len(answer.Body) != 64 || !answer.Truncated {
		t.Errorf("long: %d bytes, cut %v, %v", len(answer.Body), answer.Truncated, err)
	}
	if answer, err := f.Invoke(ctx, web.FunctionCall{ID: id, Method: "GET", Path: "/away", Limit: 64}); err != nil || answer.Status != http.StatusFound {
		t.Errorf("redirect: %+v, %v", answer, err)
	}
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if _, err := f.Invoke(short, web.FunctionCall{ID: id, Method: "GET", Path: "/never", Limit: 64}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("slow: %v", err)
	}
}

// TestOptionalParts reads what a gateway offers besides, and hides what it does not.
func TestOptionalParts(t *testing.T) {
	t.Parallel()
	f, ctx := newFixture(t), t.Context()
	for _, route := range []string{"/store/functions.json", "/system/queue", "/system/dead-letters", "/system/events", "/2015-03-31/functions"} {
		f.answer("GET "+route, "404 page not found")
	}
	ask := map[string]func() error{
		"store":  func() error { _, err := f.Offers(ctx); return err },
		"state":  func() error { _, err := f.State(ctx); return err },
		"dead":   func() error { _, err := f.DeadLetters(ctx, 5); return err },
		"events": func() error { _, err := f.Events(ctx, 5); return err },
		"lambda": func() error { _, err := f.Lambda(ctx); return err },
	}
	for name, ask := range ask {
		if err := ask(); !errors.Is(err, web.ErrAbsent) {
			t.Errorf("%s of a gateway without it: %v", name, err)
		}
	}
	f.answer("GET /system/queue", `500 broken`)
	if _, err := f.State(ctx); err == nil || errors.Is(err, web.ErrAbsent) {
		t.Errorf("a broken part is not an absent one: %v", err)
	}

	f.answer("GET /system/queue", `200 {"depth":15,"running":3,"deadLetters":2,"functions":[]}`)
	if state, err := f.State(ctx); err != nil || state != (web.QueueState{Waiting: 12, Running: 3, Dead: 2}) {
		t.Errorf("state %+v, %v", state, err)
	}
	f.answer("GET /system/dead-letters", `200 [{"id":"3","functionName":"a","namespace":"n","tries":10,"error":"no\nanswer","failedAt":"2026-03-01T11:00:00Z"},
		{"id":"7","callId":"c","functionName":"b","namespace":"n","tries":2,"status":500,"answer":"`+strings.Repeat("ä", 500)+`","failedAt":"2026-03-01T12:00:00Z"}]`)
	letters, err := f.DeadLetters(ctx, 1)
	if err != nil || len(letters) != 1 || letters[0].ID != "7" || letters[0].Function != "b.n" || letters[0].Attempts != 2 ||
		!strings.HasPrefix(letters[0].Reason, "500: ä") || len([]rune(letters[0].Reason)) > 170 {
		t.Errorf("letters %+v, %v", letters, err)
	}
	if letters, err := f.DeadLetters(ctx, 9); err != nil || len(letters) != 2 || letters[1].Reason != "no answer" {
		t.Errorf("letters %+v, %v", letters, err)
	}
	f.answer("POST /system/dead-letters/a%2Fb/replay", "202 ")
	f.answer("POST /system/dead-letters/7/replay", "202 ")
	f.answer("POST /system/dead-letters/9/replay", "404 no such letter")
	if err := f.Replay(ctx, "7"); err != nil {
		t.Error(err)
	}
	if err := f.Replay(ctx, "9"); lab.AsError(err).Code != lab.CodeNotFound {
		t.Errorf("replay what is gone: %v", err)
	}
	f.answer("GET /system/events", `200 [{"id":"e","topic":"cron","type":"dev.labbox.cron","source":"/s","time":"2026-03-01T12:00:00Z","functionName":"a","namespace":"n","state":"retry","tries":2,"error":"no\nanswer"},{"topic":"git.push","state":"unheard"}]`)
	if events, err := f.Events(ctx, 9); err != nil || len(events) != 2 || events[0].Function != "a.n" || events[0].Error != "no answer" || events[0].Tries != 2 || events[1].Function != "" {
		t.Errorf("events %+v, %v", events, err)
	}
	f.answer("GET /2015-03-31/functions", `200 {"Functions":[{"FunctionName":"f","Runtime":"python3.13","Handler":"a.b","State":"Active","Version":"$LATEST","MemorySize":128,"Timeout":3,"CodeSize":9}]}`)
	if list, err := f.Lambda(ctx); err != nil || len(list) != 1 || list[0].Name != "f" || list[0].MemoryMB != 128 || list[0].Timeout != 3 || list[0].Series != "l-f-252f10c8-" {
		t.Errorf("lambda %+v, %v", list, err)
	}
}

func TestLogs(t *testing.T) {
	t.Parallel()
	f, ctx := newFixture(t), t.Context()
	f.answer("GET /system/logs", `200 {"name":"a","namespace":"n","instance":"a-7d9f-x7k2p","timestamp":"2026-03-01T12:00:00.5Z","text":"one\n"}
{"name":"a","namespace":"n","instance":"a-7d9f-q2w3e","timestamp":"2026-03-01T12:00:01Z","text":"two"}
`)
	var out strings.Builder
	if err := f.Logs(ctx, web.FunctionLog{ID: web.FunctionID{Namespace: "n", Name: "a"}, Tail: 5}, &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if len(lines) != 3 || !strings.HasSuffix(lines[0], ":00.500 x7k2p  one") || !strings.HasSuffix(lines[1], " q2w3e  two") {
		t.Errorf("%q", out.String())
	}
	if last := f.seen[len(f.seen)-1]; last != "GET /system/logs?follow=false&name=a&namespace=n&tail=5" {
		t.Errorf("asked %s", last)
	}
	f.answer("GET /system/logs", "404 not found")
	if err := f.Logs(ctx, web.FunctionLog{}, &out); lab.AsError(err).Code != lab.CodeNotFound {
		t.Errorf("log of nothing: %v", err)
	}
}

// TestLogin: the login is read once, and again only when it is refused.
func TestLogin(t *testing.T) {
	t.Parallel()
	f, ctx := newFixture(t), t.Context()
	f.password = "old"
	if _, err := f.List(ctx); err == nil || f.logins != 2 {
		t.Errorf("a wrong password: %v, %d logins", err, f.logins)
	}
	f.password = "secret"
	for range 3 {
		if _, err := f.List(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if f.logins != 3 {
		t.Errorf("%d logins, want 3", f.logins)
	}
}

func TestNoGateway(t *testing.T) {
	t.Parallel()
	login := func(context.Context) (string, string, error) { return "admin", "x", nil }
	for name, c := range map[string]*Client{
		"not planned": New(Options{URL: func() string { return "" }, Login: login}),
		"not up":      New(Options{URL: func() string { return "http://127.0.0.1:1" }, Login: login}),
		"no login":    New(Options{URL: func() string { return "http://127.0.0.1:1" }, Login: func(context.Context) (string, string, error) { return "", "", io.EOF }}),
	} {
		if _, err := c.List(t.Context()); lab.AsError(err).Code != lab.CodeNotReady {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOwnStore deploys everything that the gateway itself offers.
func TestOwnStore(t *testing.T) {
	t.Parallel()
	f, ctx := newFixture(t), t.Context()
	offers, err := f.Offers(ctx)
	if errors.Is(err, web.ErrAbsent) {
		t.Skip("this gateway has no store")
	}
	if err != nil || len(offers) == 0 {
		t.Fatalf("%d offers, %v", len(offers), err)
	}
	for _, o := range offers {
		if _, err := f.Deploy(ctx, o.Name); err != nil {
			t.Errorf("%s: %v", o.Name, err)
		}
	}
	if list, err := f.List(ctx); err != nil || len(list) != len(offers) {
		t.Errorf("%d functions of %d offers, %v", len(list), len(offers), err)
	}
}
