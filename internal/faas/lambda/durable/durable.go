// Package durable keeps Lambda's events in the gateway's queue, on the disk, where its
// dead letters can be read and replayed beside all others.
//
//	Enqueue ─► queue ─► Events.Call ─┬─ Lambda's namespace ─► lambda.Server.Deliver
//	                                 └─ any other ──────────► the gateway
package durable

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/labbox/labbox/internal/faas/lambda"
	"github.com/labbox/labbox/internal/faas/queue"
	"github.com/labbox/labbox/internal/faas/store"
)

// Keeper is what Events needs of the queue.
type Keeper interface {
	Enqueue(ctx context.Context, c queue.Call) error
}

// Deliverer is what Events needs of Lambda.
type Deliverer interface {
	Deliver(ctx context.Context, e lambda.Event) lambda.Delivery
}

// Events stands between the queue and what it calls. It is Lambda's Enqueuer, and the
// queue's Caller and Functions. Bind it before the queue runs.
type Events struct {
	namespace string
	caller    queue.Caller
	functions queue.Functions
	lambda    Deliverer
	queue     Keeper

	mu    sync.Mutex
	tries map[string]int // failures of the function, by event; a restart forgets them
}

// New returns Events for the functions in namespace; all others are caller's and
// functions'.
func New(namespace string, caller queue.Caller, functions queue.Functions) *Events {
	return &Events{namespace: namespace, caller: caller, functions: functions, tries: map[string]int{}}
}

// Bind says whose events go where.
func (e *Events) Bind(d Deliverer, q Keeper) { e.lambda, e.queue = d, q }

// Enqueue implements lambda.Enqueuer.
func (e *Events) Enqueue(ctx context.Context, event lambda.Event) error {
	body, err := json.Marshal(event)
	if err != nil {
		return fmt.Errorf("encode event %s: %w", event.ID, err)
	}
	err = e.queue.Enqueue(ctx, queue.Call{
		Key: store.Key{Namespace: e.namespace, Name: lambda.ObjectName(event.Function)}, ID: event.ID, Name: event.Function,
		Method: http.MethodPost, Path: "/", Body: body, Header: http.Header{"Content-Type": {"application/json"}}, Queued: event.Queued,
	})
	if errors.Is(err, queue.ErrFull) {
		return lambda.Throttled()
	}
	return err
}

// Lookup implements queue.Functions. Lambda itself says when trying again ends.
func (e *Events) Lookup(key store.Key) (store.Function, bool) {
	if key.Namespace != e.namespace {
		return e.functions.Lookup(key)
	}
	return store.Function{Annotations: map[string]string{
		queue.AnnotationRetries: "1000", queue.AnnotationMinWait: "1s", queue.AnnotationMaxWait: "10m", queue.AnnotationCodes: "503",
	}}, true
}

// Call implements queue.Caller: one try to deliver an event. Its answer is 200 when the
// event's way has ended well, and 503 when not, or not yet.
func (e *Events) Call(ctx context.Context, key store.Key, r *http.Request) (*http.Response, error) {
	if key.Namespace != e.namespace {
		return e.caller.Call(ctx, key, r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read the event: %w", err)
	}
	var event lambda.Event
	if err := json.Unmarshal(body, &event); err != nil {
		return answer(r, http.StatusBadRequest, []byte(err.Error())), nil
	}
	e.mu.Lock()
	event.Tries += e.tries[event.ID]
	e.mu.Unlock()
	d := e.lambda.Deliver(ctx, event)
	e.mu.Lock()
	defer e.mu.Unlock()
	if d.Again {
		e.tries[event.ID] = d.Tries
		resp := answer(r, http.StatusServiceUnavailable, d.Payload)
		resp.Header.Set("Retry-After", strconv.Itoa(max(1, int(d.Wait.Seconds()))))
		return resp, nil
	}
	delete(e.tries, event.ID)
	if !d.Dead {
		return answer(r, http.StatusOK, nil), nil
	}
	if len(d.Payload) == 0 {
		d.Payload = []byte(d.Reason)
	}
	resp := answer(r, http.StatusServiceUnavailable, d.Payload)
	resp.Header.Set(queue.HeaderFinal, "1")
	return resp, nil
}

func answer(r *http.Request, status int, body []byte) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
}
