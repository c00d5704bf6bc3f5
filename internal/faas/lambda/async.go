package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// Enqueuer keeps events until they are delivered. When Enqueue returns nil, it calls
// Server.Deliver with the event, again for as long as Deliver says, at least once.
type Enqueuer interface {
	Enqueue(ctx context.Context, e Event) error
}

// Event is an asynchronous invocation that is to be made. It is plain data: a queue
// may keep it as JSON.
type Event struct {
	ID            string          `json:"id"`
	Function      string          `json:"function"`
	Qualifier     string          `json:"qualifier,omitempty"`
	Payload       json.RawMessage `json:"payload"`
	ClientContext string          `json:"clientContext,omitempty"`
	Trace         string          `json:"trace,omitempty"`
	Queued        time.Time       `json:"queued"`
	// Tries that the function has failed.
	Tries int `json:"tries,omitempty"`
	// Depth counts the events that led to this one; a loop ends by it.
	Depth int `json:"depth,omitempty"`
}

// Delivery is what came of one try to deliver an event.
type Delivery struct {
	// Again: the event is to be delivered again, after Wait, with Tries in it. Otherwise
	// its way has ended.
	Again bool
	Wait  time.Duration
	Tries int
	// Dead: the way ended without success; Reason says why, Payload is the last error.
	Dead    bool
	Reason  string
	Payload []byte
}

const (
	maxRetries = 2
	maxAge     = 6 * time.Hour
	maxDepth   = 16
)

// accept queues an event and answers 202; w may be nil.
func (s *Server) accept(w http.ResponseWriter, r *http.Request, t target, i *invocation) error {
	e := Event{ID: i.ID, Function: t.name, Qualifier: t.qualifier, Payload: i.Event, ClientContext: i.ClientContext, Trace: i.Trace, Queued: s.now()}
	if err := s.enqueuer.Enqueue(r.Context(), e); err != nil {
		var known *Error
		if errors.As(err, &known) {
			return err
		}
		return fail(http.StatusInternalServerError, "ServiceException", "The event could not be queued: %s", err)
	}
	if w != nil {
		w.WriteHeader(http.StatusAccepted)
	}
	return nil
}

// Deliver makes one try. Errors of the function are tried again twice by default,
// after one and two times Config.RetryWait; what keeps the function from being reached
// for up to six hours. When the way of an event ends, its destinations are told.
func (s *Server) Deliver(ctx context.Context, e Event) Delivery {
	if !s.loaded.Load() {
		return Delivery{Again: true, Wait: time.Second, Tries: e.Tries, Reason: "not loaded yet"}
	}
	f, err := s.state.get(e.Function)
	if err != nil {
		return Delivery{Dead: true, Reason: err.Error(), Tries: e.Tries}
	}
	retries, age := maxRetries, maxAge
	config := f.Events[e.Qualifier]
	if config != nil && config.MaximumRetryAttempts != nil {
		retries = *config.MaximumRetryAttempts
	}
	if config != nil && config.MaximumEventAgeInSeconds != nil {
		age = time.Duration(*config.MaximumEventAgeInSeconds) * time.Second
	}
	i, out, err := s.try(ctx, e)
	d := Delivery{Tries: e.Tries}
	old := s.now().Sub(e.Queued) > age
	switch {
	case err == nil && !out.failed:
		s.tell(ctx, e, i, out, "Success")
		return d
	case err != nil:
		d.Reason = err.Error()
		var known *Error
		final := errors.As(err, &known) && known.Status < 500 && known.Status != http.StatusTooManyRequests && known.Status != http.StatusConflict
		if d.Again = !final && !old; d.Again {
			d.Wait = min(time.Second<<min(int(s.now().Sub(e.Queued)/(5*time.Second)), 9), 5*time.Minute)
			return d
		}
		out = &outcome{}
	default:
		d.Tries++
		d.Payload, d.Reason = out.payload, "the function failed"
		if d.Again = d.Tries <= retries && !old; d.Again {
			d.Wait = s.config.RetryWait * time.Duration(d.Tries)
			return d
		}
	}
	d.Dead = true
	condition := "RetriesExhausted"
	if old {
		condition = "EventAgeExceeded"
	}
	e.Tries = d.Tries
	s.tell(ctx, e, i, out, condition)
	return d
}

// try invokes the function once.
func (s *Server) try(ctx context.Context, e Event) (*invocation, *outcome, error) {
	i, err := s.prepare(target{e.Function, e.Qualifier}, e.Payload, http.Header{})
	if err != nil {
		return nil, nil, err
	}
	i.ID, i.ClientContext = e.ID, e.ClientContext
	if e.Trace != "" {
		i.Trace = e.Trace
	}
	out, err := s.run(ctx, i, nil)
	return i, out, err
}

// tell sends a record of an event's end to the destination that wants it.
func (s *Server) tell(ctx context.Context, e Event, i *invocation, out *outcome, condition string) {
	f, err := s.state.get(e.Function)
	if err != nil || i == nil {
		return
	}
	success := condition == "Success"
	var to string
	if c := f.Events[e.Qualifier]; c != nil && c.DestinationConfig != nil {
		d := c.DestinationConfig.OnFailure
		if success {
			d = c.DestinationConfig.OnSuccess
		}
		if d != nil {
			to = d.Destination
		}
	}
	if to != "" {
		s.send(ctx, e, to, s.record(e, i, out, condition))
	}
	if dead := i.version.DeadLetterConfig; dead != nil && !success {
		s.send(ctx, e, dead.TargetArn, e.Payload)
	}
	if !success {
		s.log.Warn("an event could not be delivered", "function", e.Function, "event", e.ID, "condition", condition, "tries", e.Tries)
	}
}

// record is what Lambda tells a destination.
func (s *Server) record(e Event, i *invocation, out *outcome, condition string) []byte {
	response := map[string]any{"statusCode": http.StatusOK, "executedVersion": i.version.Version}
	if out.failed {
		response["functionError"] = "Unhandled"
	}
	body := map[string]any{
		"version": "1.0", "timestamp": s.now().UTC().Format("2006-01-02T15:04:05.000Z"),
		"requestContext": map[string]any{
			"requestId": e.ID, "functionArn": arn(e.Function, i.version.Version), "condition": condition,
			"approximateInvokeCount": max(e.Tries, 1),
		},
		"requestPayload": e.Payload, "responseContext": response,
	}
	if json.Valid(out.payload) {
		body["responsePayload"] = json.RawMessage(out.payload)
	}
	text, _ := json.Marshal(body)
	return text
}

// send queues an event for the function that an ARN names.
func (s *Server) send(ctx context.Context, from Event, to string, payload []byte) {
	t, err := parseName(to, "")
	if err == nil && from.Depth >= maxDepth {
		err = errors.New("events go in a circle")
	}
	if err == nil {
		err = s.enqueuer.Enqueue(ctx, Event{ID: uuid.NewString(), Function: t.name, Qualifier: t.qualifier, Payload: payload, Queued: s.now(), Depth: from.Depth + 1})
	}
	if err != nil {
		s.log.Error("a destination was not told", "destination", to, "event", from.ID, "error", err)
	}
}

// memoryQueue delivers events from memory. They are lost with the process.
type memoryQueue struct {
	server *Server
	base   time.Duration
	queued atomic.Int64
}

// maxQueued bounds what memory holds.
const maxQueued = 1000

// Enqueue starts the event's way.
func (q *memoryQueue) Enqueue(ctx context.Context, e Event) error {
	if q.queued.Add(1) > maxQueued {
		q.queued.Add(-1)
		return Throttled()
	}
	ctx = context.WithoutCancel(ctx)
	q.server.tasks.Go(func() {
		defer q.queued.Add(-1)
		for {
			d := q.server.Deliver(ctx, e)
			if !d.Again {
				return
			}
			e.Tries = d.Tries
			time.Sleep(d.Wait)
		}
	})
	return nil
}
