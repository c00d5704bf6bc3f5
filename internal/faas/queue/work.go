package queue

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/labbox/labbox/internal/faas/store"
)

// errTimeout is what a fetch without a result ends with.
var errTimeout = nats.ErrTimeout

// giveBack is the delay with which unfinished work returns to the queue. One that is
// zero would not outlive the process: it is the delay that the server writes down.
const giveBack = 10 * time.Millisecond

// Outcome is how one try of a call ended.
type Outcome struct {
	Key store.Key
	// ID is the call's; Header its own.
	ID     string
	Header http.Header
	// State is "done" (the function answered), "retry" (there will be another try) or
	// "dead" (a dead letter).
	State string
	// Status is the answer's; without one, what the gateway would have answered.
	Status int
	// Try counts from 1.
	Try int
	// Error says why there was no answer.
	Error string
}

// answer is what a try brought.
type answer struct {
	status  int
	header  http.Header
	body    []byte // empty when nobody wants it
	cut     bool   // the body was too large to keep
	took    time.Duration
	problem string // no answer; status is a stand-in
}

// work makes one try of msg and settles it. ctx ends it early when the queue stops.
func (q *Queue) work(ctx context.Context, msg jetstream.Msg) {
	stop := q.alive(msg)
	defer stop()
	call, try, err := opened(msg)
	if err != nil {
		q.o.Log.Error("queue: a message that cannot be read is dropped", "error", err)
		_ = msg.Term()
		return
	}
	select {
	case q.slots <- struct{}{}:
		defer func() { <-q.slots }()
	case <-ctx.Done():
		_ = msg.NakWithDelay(giveBack)
		return
	}
	f, _ := q.o.Functions.Lookup(call.Key)
	retry := q.o.Retry.of(f)
	a := q.try(ctx, call, try, retry.Max)
	if ctx.Err() != nil && a.problem != "" { // interrupted by the stop
		_ = msg.NakWithDelay(giveBack)
		return
	}
	if err := q.settle(ctx, msg, settlement{call, a, try, retry}); err != nil {
		q.o.Log.Error("queue: a call is made again, for its end could not be kept", "call", call.ID, "error", err)
		_ = msg.NakWithDelay(time.Second)
	}
}

// opened reads the call and the number of its try.
func opened(msg jetstream.Msg) (*Call, int, error) {
	meta, err := msg.Metadata()
	if err != nil {
		return nil, 0, err
	}
	call, err := decodeCall(msg.Subject(), msg.Headers(), msg.Data())
	if err != nil {
		return nil, 0, err
	}
	return call, int(min(meta.NumDelivered, 1<<30)), nil //nolint:gosec // bounded
}

// try calls the function once.
func (q *Queue) try(ctx context.Context, call *Call, try, retries int) answer {
	ctx, cancel := context.WithTimeout(ctx, q.o.CallTimeout)
	defer cancel()
	begin := time.Now()
	r, err := call.request(ctx, try, retries)
	if err != nil {
		return answer{status: http.StatusBadRequest, problem: err.Error(), header: http.Header{}}
	}
	resp, err := q.o.Caller.Call(ctx, call.Key, r)
	if err != nil {
		return answer{status: standIn(err), problem: err.Error(), header: http.Header{}, took: time.Since(begin)}
	}
	defer func() { _ = resp.Body.Close() }()
	a := answer{status: resp.StatusCode, header: resp.Header}
	if call.Callback == "" && resp.StatusCode < 300 {
		_, err = io.Copy(io.Discard, resp.Body)
	} else {
		a.body, err = io.ReadAll(io.LimitReader(resp.Body, q.o.MaxBody+1))
		if int64(len(a.body)) > q.o.MaxBody {
			a.cut, a.body = true, nil
			_, err = io.Copy(io.Discard, resp.Body)
		}
	}
	a.took = time.Since(begin)
	if err != nil {
		a.status, a.problem, a.body = standIn(err), fmt.Sprintf("the answer broke off: %s", err), nil
	}
	return a
}

// standIn is the status for a call without an answer.
func standIn(err error) int {
	var late net.Error
	switch {
	case errors.Is(err, store.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &late) && late.Timeout():
		return http.StatusGatewayTimeout
	}
	return http.StatusServiceUnavailable
}

type settlement struct {
	call  *Call
	a     answer
	try   int
	retry Retry
}

// settle decides what becomes of a call after a try: once the function has answered,
// or nothing more is tried, the callback is queued and then the message acknowledged.
func (q *Queue) settle(ctx context.Context, msg jetstream.Msg, s settlement) error {
	o := Outcome{Key: s.call.Key, ID: s.call.ID, Header: s.call.Header, State: "done", Status: s.a.status, Try: s.try, Error: s.a.problem}
	failed := s.a.problem != "" || s.retry.failed(s.a.status, s.a.header)
	final := s.a.header.Get(HeaderFinal) != ""
	if failed && !final && s.try <= s.retry.Max {
		o.State = "retry"
		q.ended(o)
		return msg.NakWithDelay(s.retry.wait(s.try, s.a.header))
	}
	meta, err := msg.Metadata()
	if err != nil {
		return err
	}
	// The end is kept even when the queue is just stopping.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	once := strconv.FormatUint(meta.Sequence.Stream, 10)
	if failed {
		o.State = "dead"
		if err := q.bury(ctx, s, "dead-"+once); err != nil {
			return err
		}
	}
	if s.call.Callback != "" {
		if err := q.queueCallback(ctx, s, "callback-"+once); err != nil {
			return err
		}
	}
	if err := msg.DoubleAck(ctx); err != nil {
		return err
	}
	q.ended(o)
	return nil
}

func (q *Queue) ended(o Outcome) {
	q.metrics.ended.WithLabelValues(o.Key.String(), o.State).Inc()
	if o.State != "done" {
		q.o.Log.Warn("queue: call failed", "function", o.Key.String(), "call", o.ID, "try", o.Try, "status", o.Status, "then", o.State, "error", o.Error)
	}
	if q.o.Observe != nil {
		q.o.Observe(o)
	}
}
