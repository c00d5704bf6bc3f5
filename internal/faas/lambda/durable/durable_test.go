package durable

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/lambda"
	"github.com/labbox/labbox/internal/faas/queue"
	"github.com/labbox/labbox/internal/faas/store"
)

// parts fakes everything around Events.
type parts struct {
	calls     []queue.Call
	full      bool
	seen      []lambda.Event
	delivery  lambda.Delivery
	forwarded []store.Key
}

func (p *parts) Enqueue(_ context.Context, c queue.Call) error {
	if p.full {
		return queue.ErrFull
	}
	p.calls = append(p.calls, c)
	return nil
}

func (p *parts) Deliver(_ context.Context, e lambda.Event) lambda.Delivery {
	p.seen = append(p.seen, e)
	d := p.delivery
	d.Tries += e.Tries
	return d
}

func (p *parts) Call(_ context.Context, key store.Key, _ *http.Request) (*http.Response, error) {
	p.forwarded = append(p.forwarded, key)
	return nil, errors.New("forwarded")
}

func (p *parts) Lookup(store.Key) (store.Function, bool) { return store.Function{Replicas: 7}, true }

func TestWayOfAnEvent(t *testing.T) {
	t.Parallel()
	p := &parts{}
	e := New("lambda-fn", p, p)
	e.Bind(p, p)
	if err := e.Enqueue(t.Context(), lambda.Event{ID: "one", Function: "My_F", Payload: []byte(`{"a":1}`)}); err != nil {
		t.Fatal(err)
	}
	c := p.calls[0]
	if c.Key.Namespace != "lambda-fn" || c.ID != "one" || c.Name != "My_F" {
		t.Fatalf("%+v", c)
	}
	steps := []struct {
		d          lambda.Delivery
		status     int
		after, end string
	}{
		{lambda.Delivery{Again: true, Wait: time.Minute, Tries: 1}, 503, "60", ""},
		{lambda.Delivery{Again: true, Wait: time.Millisecond}, 503, "1", ""},
		{lambda.Delivery{Dead: true, Reason: "no", Tries: 1}, 503, "", "1"},
		{lambda.Delivery{}, 200, "", ""},
	}
	for i, step := range steps {
		p.delivery = step.d
		r, err := http.NewRequest(c.Method, "http://x"+c.Path, bytes.NewReader(c.Body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := e.Call(t.Context(), c.Key, r)
		if err != nil || resp.StatusCode != step.status || resp.Header.Get("Retry-After") != step.after || resp.Header.Get(queue.HeaderFinal) != step.end {
			t.Errorf("step %d: %v %+v", i, err, resp)
		}
	}
	for i, tries := range []int{0, 1, 1, 0} { // the last is a replay
		if p.seen[i].Tries != tries || string(p.seen[i].Payload) != `{"a":1}` {
			t.Errorf("delivery %d: %+v, want tries %d", i, p.seen[i], tries)
		}
	}
	p.full = true
	var throttled *lambda.Error
	if err := e.Enqueue(t.Context(), lambda.Event{}); !errors.As(err, &throttled) || throttled.Status != 429 {
		t.Errorf("a full queue: %v", err)
	}
}

func TestOthersAreForwarded(t *testing.T) {
	t.Parallel()
	p := &parts{}
	e := New("lambda-fn", p, p)
	other := store.Key{Namespace: "openfaas-fn", Name: "f"}
	if _, err := e.Call(t.Context(), other, nil); err == nil || len(p.forwarded) != 1 {
		t.Errorf("%v %v", err, p.forwarded)
	}
	if f, _ := e.Lookup(other); f.Replicas != 7 {
		t.Errorf("%+v", f)
	}
	if f, ok := e.Lookup(store.Key{Namespace: "lambda-fn", Name: "f"}); !ok || f.Annotations[queue.AnnotationRetries] != "1000" {
		t.Errorf("%+v", f)
	}
}
