package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// demoFunctions is a gateway that looks like a real one. It implements Functions,
// FunctionStore and FunctionQueue.
type demoFunctions struct {
	mu      sync.Mutex
	list    []Function
	letters []DeadLetter
	calls   []FunctionCall
	// err is what every question gets; absent parts are not offered.
	err    error
	absent bool
	// answer is what a call gets; nil echoes the body.
	answer func(ctx context.Context, call FunctionCall) (FunctionAnswer, error)

	lists   int    // how often they were listed
	removed func() // called after a removal, before it is answered
}

func newDemoFunctions() *demoFunctions {
	at := time.Date(2026, 3, 1, 12, 0, 7, 0, time.UTC)
	function := func(name string, replicas, ready int) Function {
		return Function{
			FunctionID: FunctionID{"openfaas-fn", name}, Image: "labbox.local/fn-python:1.4", Process: "python index.py",
			Replicas: replicas, Ready: ready, Calls: 1204, Created: at, Environment: []string{"MODEL_URL", "WRITE_TIMEOUT"}, Secrets: []string{"api-key"},
			Labels:      map[string]string{"com.openfaas.scale.max": "5", "com.openfaas.scale.zero": "true"},
			Annotations: map[string]string{"topic": "<cron>", "labbox.dev/handler-configmap": "handler-" + name},
			Limits:      map[string]string{"memory": "128Mi"}, ReadOnly: true,
		}
	}
	stuck := function("resize", 3, 1)
	stuck.Trouble = "resize: ErrImageNeverPull: image <b>no</b> is not present"
	return &demoFunctions{
		list: []Function{function("classify", 2, 2), function("env", 1, 1), function("nightly", 0, 0), stuck},
		letters: []DeadLetter{
			{ID: "dl-7", Function: "resize.openfaas-fn", Time: at, Attempts: 10, Reason: "status 500 <b>no</b>", CallID: "0c0f1d1e-6e0b-4a0e-9a51-3c1d2b6f7a10"},
			{ID: "dl-3", Function: "classify.openfaas-fn", Time: at.Add(-time.Hour), Attempts: 10, Reason: "no answer within 30s"},
		},
	}
}

func (d *demoFunctions) parts() FunctionParts {
	return FunctionParts{Functions: d, Store: d, Queue: d, Logs: d.logs, Lambda: d.lambda}
}

func (d *demoFunctions) fail() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

func (d *demoFunctions) set(change func(*demoFunctions)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(d)
}

func (d *demoFunctions) List(context.Context) ([]Function, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lists++
	return slices.Clone(d.list), d.err
}

func (d *demoFunctions) Scale(_ context.Context, id FunctionID, replicas int) error {
	d.set(func(d *demoFunctions) {
		for i := range d.list {
			if d.list[i].FunctionID == id {
				d.list[i].Replicas, d.list[i].Ready = replicas, min(replicas, d.list[i].Ready)
			}
		}
	})
	return d.fail()
}

func (d *demoFunctions) Remove(_ context.Context, id FunctionID) error {
	d.set(func(d *demoFunctions) {
		d.list = slices.DeleteFunc(d.list, func(f Function) bool { return f.FunctionID == id })
	})
	if d.removed != nil {
		d.removed()
	}
	return d.fail()
}

func (d *demoFunctions) Invoke(ctx context.Context, call FunctionCall) (FunctionAnswer, error) {
	d.mu.Lock()
	d.calls = append(d.calls, call)
	answer := d.answer
	d.mu.Unlock()
	if answer != nil {
		return answer(ctx, call)
	}
	header := http.Header{"Content-Type": {"application/json"}, "X-Call-Id": {"0c0f1d1e-6e0b-4a0e-9a51-3c1d2b6f7a10"}, "X-Duration-Seconds": {"0.004712"}}
	body := fmt.Sprintf("{\"method\": %q, \"path\": %q, \"type\": %q, \"body\": %q}\n", call.Method, call.Path, call.ContentType, call.Body)
	return FunctionAnswer{Status: 200, Header: header, Body: []byte(body), Seconds: 0.0064}, nil
}

func (d *demoFunctions) Offers(context.Context) ([]StoreFunction, error) {
	if d.absent {
		return nil, ErrAbsent
	}
	offer := func(name, title, text string) StoreFunction {
		return StoreFunction{Name: name, Title: title, Description: text, Author: "labbox", Image: "labbox.local/store-" + name + ":1.0", Link: "https://example.org/" + name}
	}
	return []StoreFunction{
		offer("env", "Environment", "Answers with the environment and the headers that the function sees."),
		offer("sentiment", "Sentiment", "Says whether a text is glad or sad, by a small model that works offline."),
		{Name: "figlet", Title: "Figlet", TitleDE: "Großbuchstaben", Description: "Writes a text in large letters.", DescriptionDE: "Schreibt einen Text in großen Buchstaben.",
			Image: "labbox.local/store-figlet:1.0", Example: "labbox"},
	}, nil
}

func (d *demoFunctions) Deploy(_ context.Context, name string) (FunctionID, error) {
	id := FunctionID{"openfaas-fn", name}
	d.set(func(d *demoFunctions) {
		d.list = slices.DeleteFunc(d.list, func(f Function) bool { return f.FunctionID == id })
		d.list = append(d.list, Function{FunctionID: id, Image: "labbox.local/store-" + name + ":1.0", Replicas: 1})
		slices.SortFunc(d.list, func(a, b Function) int { return cmp.Compare(a.Name, b.Name) })
	})
	return id, d.fail()
}

func (d *demoFunctions) State(context.Context) (QueueState, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.absent {
		return QueueState{}, ErrAbsent
	}
	return QueueState{Waiting: 12, Running: 3, Dead: int64(len(d.letters))}, nil
}

func (d *demoFunctions) DeadLetters(context.Context, int) ([]DeadLetter, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.absent {
		return nil, ErrAbsent
	}
	return slices.Clone(d.letters), nil
}

func (d *demoFunctions) Replay(_ context.Context, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := len(d.letters)
	d.letters = slices.DeleteFunc(d.letters, func(l DeadLetter) bool { return l.ID == id })
	if len(d.letters) == before {
		return lab.Errorf(lab.CodeNotFound, "it may have been tried again already", "no dead letter %q", id)
	}
	return nil
}

func (d *demoFunctions) Events(context.Context, int) ([]FunctionEvent, error) {
	if d.absent {
		return nil, ErrAbsent
	}
	at := time.Date(2026, 3, 1, 12, 5, 0, 0, time.UTC)
	return []FunctionEvent{
		{ID: "e3", Time: at, Source: "/alerts/<b>no</b>", Topic: "prometheus.alert.firing", State: "unheard"},
		{ID: "e2", Time: at, Source: "/git/platform", Topic: "git.push", Subject: "refs/heads/main", Function: "classify.openfaas-fn", State: "retry", Tries: 2, Error: "status 500"},
		{ID: "e1", Time: at.Add(-time.Minute), Source: "/functions/nightly", Topic: "cron", Function: "nightly.openfaas-fn", State: "done", Tries: 1},
	}, nil
}

func (d *demoFunctions) lambda(context.Context) ([]LambdaFunction, error) {
	if d.absent {
		return nil, ErrAbsent
	}
	return []LambdaFunction{{Name: "thumbnail", Runtime: "python3.13", Handler: "app.handler", State: "Active", Version: "$LATEST", Series: "l-thumbnail-1f2e3d4c-", MemoryMB: 128, Timeout: 3, CodeBytes: 4096}}, nil
}

func (d *demoFunctions) logs(ctx context.Context, q FunctionLog, w io.Writer) error {
	if err := d.fail(); err != nil {
		return err
	}
	for i := range 24 {
		fmt.Fprintf(w, "12:%02d:07.412 x7k2p  POST / - 200 OK - ContentLength: %d <app>\n", i, 40+i*7%40)
	}
	if q.Follow {
		<-ctx.Done()
	}
	return nil
}

var errGateway = errors.New("the gateway is on fire")

// fakeVector answers the questions of figureQueries.
func fakeVector(w http.ResponseWriter, query string) {
	values := map[string]float64{}
	label := "function_name"
	for question, asked := range figureQueries() {
		if asked != query {
			continue
		}
		switch question {
		case askMethod:
			label, values["ccf"] = "method", 1
		case askRate:
			values["classify.openfaas-fn"], values["env.openfaas-fn"] = 18.24, 0.0166
		case askCalls:
			values["classify.openfaas-fn"], values["env.openfaas-fn"], values["resize.openfaas-fn"], values["l-thumbnail-1f2e3d4c-latest-a1b2c3.lambda-fn"] = 16403, 12, 240, 31
		case askErrors:
			values["resize.openfaas-fn"] = 17
		case askP50:
			values["classify.openfaas-fn"], values["env.openfaas-fn"], values["resize.openfaas-fn"], values["l-thumbnail-1f2e3d4c-latest-a1b2c3.lambda-fn"] = 0.0043, 0.0018, 0.182, 0.0121
		case askP95:
			values["classify.openfaas-fn"], values["env.openfaas-fn"], values["resize.openfaas-fn"], values["l-thumbnail-1f2e3d4c-latest-a1b2c3.lambda-fn"] = 0.0112, 0.0024, 1.42, 0.388
		case askJoules:
			values["classify.openfaas-fn"], values["env.openfaas-fn"], values["resize.openfaas-fn"] = 298.5, 0.19, 84
		case askColdStarts:
			values["classify.openfaas-fn"], values["resize.openfaas-fn"] = 3, 11
		case askColdTime:
			values["classify.openfaas-fn"], values["resize.openfaas-fn"] = 2.31, 6.05
		}
	}
	result := []map[string]any{}
	for name, value := range values {
		result = append(result, map[string]any{"metric": map[string]string{label: name}, "value": [2]any{1_700_000_000, fmt.Sprint(value)}})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": map[string]any{"resultType": "vector", "result": result}})
}

// fakeFunctionSeries says what a plot of functions shows.
func fakeFunctionSeries(query string) (label string, names []string, scale float64) {
	switch {
	case strings.Contains(query, "by (code)"):
		return "code", []string{"200", "404", "500"}, 9
	case strings.Contains(query, "seconds_bucket"):
		return "quantile", []string{"p95", "p50"}, 0.011
	case strings.Contains(query, `"which"`):
		return "which", []string{"wanted", "ready"}, 1
	case strings.Contains(query, `"part"`):
		return "part", []string{"active", "reserved", "memory"}, 0.08
	}
	return "function_name", []string{"classify.openfaas-fn", "env.openfaas-fn", "resize.openfaas-fn"}, 1
}
