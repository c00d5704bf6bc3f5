package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/labbox/labbox/internal/faas/store"
)

// answerKept is how much of the last answer a dead letter holds.
const answerKept = 4 << 10

// buried is what a dead letter tells beside the call.
type buried struct {
	Call   *Call     `json:"call"`
	Status int       `json:"status"`
	Error  string    `json:"error,omitempty"`
	Answer string    `json:"answer,omitempty"`
	Tries  int       `json:"tries"`
	Failed time.Time `json:"failed"`
}

// DeadLetter is a call that was given up.
type DeadLetter struct {
	ID        string `json:"id"`
	CallID    string `json:"callId"`
	Function  string `json:"functionName"`
	Namespace string `json:"namespace"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Query     string `json:"query,omitempty"`
	Callback  string `json:"callbackUrl,omitempty"`
	// Tries is how often the function was called; Status, Error and Answer (its first
	// 4 KiB) are the last try's.
	Tries  int    `json:"tries"`
	Status int    `json:"status"`
	Error  string `json:"error,omitempty"`
	Answer string `json:"answer,omitempty"`
	// Queued is when the call was taken, Failed when it was given up.
	Queued    time.Time `json:"queuedAt"`
	Failed    time.Time `json:"failedAt"`
	BodyBytes int       `json:"bodyBytes"`
	// Header and the body, as text or else as bytes, are there when one letter is read.
	Header map[string][]string `json:"header,omitempty"`
	Body   *string             `json:"body,omitempty"`
	Raw    []byte              `json:"bodyBase64,omitempty"`
}

// bury keeps a call that is tried no more.
func (q *Queue) bury(ctx context.Context, s settlement, once string) error {
	text := s.a.body[:min(len(s.a.body), answerKept)]
	if !utf8.Valid(text) {
		text = nil
	}
	b := buried{Call: s.call, Status: s.a.status, Error: s.a.problem, Answer: string(text), Tries: s.try, Failed: time.Now().UTC()}
	m, err := message(subject("dead", s.call.Key, s.call.ID), b, s.call.Body)
	if err != nil {
		return err
	}
	if err := q.store(ctx, m, jetstream.WithMsgID(once)); err != nil {
		return fmt.Errorf("keep dead letter %s: %w", s.call.ID, err)
	}
	return nil
}

// DeadLetters returns up to limit dead letters of a function, oldest first, that come
// after the one with the id after (0: from the first). Empty fields of key stand for
// any.
func (q *Queue) DeadLetters(ctx context.Context, key store.Key, after uint64, limit int) ([]DeadLetter, error) {
	filter := "dead." + orAny(key.Namespace) + "." + orAny(key.Name) + ".>"
	consumer, err := q.broker.dead.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{filter}, HeadersOnly: true,
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: after + 1,
	})
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	batch, err := consumer.FetchNoWait(limit)
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	out := []DeadLetter{}
	for msg := range batch.Messages() {
		meta, err := msg.Metadata()
		if err != nil {
			return nil, fmt.Errorf("list dead letters: %w", err)
		}
		letter, _, err := decodeLetter(msg.Subject(), meta.Sequence.Stream, msg.Headers())
		if err != nil {
			return nil, err
		}
		letter.BodyBytes, _ = strconv.Atoi(msg.Headers().Get("Nats-Msg-Size"))
		out = append(out, letter)
	}
	if err := batch.Error(); err != nil && !errors.Is(err, jetstream.ErrNoMessages) {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	return out, nil
}

func orAny(token string) string {
	if token == "" {
		return "*"
	}
	return token
}

func decodeLetter(subject string, seq uint64, h nats.Header) (DeadLetter, *Call, error) {
	var b buried
	if err := json.Unmarshal([]byte(h.Get(metaHeader)), &b); err != nil || b.Call == nil {
		return DeadLetter{}, nil, fmt.Errorf("dead letter %d cannot be read: %v", seq, err)
	}
	c := b.Call
	c.Key = keyOf(subject)
	return DeadLetter{
		ID: strconv.FormatUint(seq, 10), CallID: c.ID, Function: c.Key.Name, Namespace: c.Key.Namespace,
		Method: c.Method, Path: c.Path, Query: c.Query, Callback: c.Callback,
		Tries: b.Tries, Status: b.Status, Error: b.Error, Answer: b.Answer, Queued: c.Queued, Failed: b.Failed,
	}, c, nil
}

// DeadLetter returns one with header and body; the error wraps store.ErrNotFound when
// there is none.
func (q *Queue) DeadLetter(ctx context.Context, id string) (DeadLetter, error) {
	letter, _, err := q.letter(ctx, id)
	return letter, err
}

// rawLetter reads the message of a dead letter.
func (q *Queue) rawLetter(ctx context.Context, id string) (*jetstream.RawStreamMsg, error) {
	seq, err := strconv.ParseUint(id, 10, 63)
	if err != nil || seq == 0 {
		return nil, fmt.Errorf("dead letter %q: %w", id, store.ErrNotFound)
	}
	m, err := q.broker.dead.GetMsg(ctx, seq)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, fmt.Errorf("dead letter %s: %w", id, store.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("read dead letter %s: %w", id, err)
	}
	return m, nil
}

func (q *Queue) letter(ctx context.Context, id string) (DeadLetter, *Call, error) {
	m, err := q.rawLetter(ctx, id)
	if err != nil {
		return DeadLetter{}, nil, err
	}
	letter, call, err := decodeLetter(m.Subject, m.Sequence, m.Header)
	if err != nil {
		return DeadLetter{}, nil, err
	}
	call.Body, letter.Header, letter.BodyBytes = m.Data, call.Header, len(m.Data)
	if utf8.Valid(m.Data) {
		text := string(m.Data)
		letter.Body = &text
	} else {
		letter.Raw = m.Data
	}
	return letter, call, nil
}

// Replay queues the call of a dead letter anew, under its old call id, and forgets the
// letter. The error wraps store.ErrNotFound when there is no such letter or its
// function is gone; the letter stays then.
func (q *Queue) Replay(ctx context.Context, id string) (callID string, err error) {
	_, call, err := q.letter(ctx, id)
	if err != nil {
		return "", err
	}
	if _, ok := q.o.Functions.Lookup(call.Key); !ok {
		return "", fmt.Errorf("function %s: %w", call.Key, store.ErrNotFound)
	}
	again := *call
	again.Queued, again.Once = time.Time{}, "replay-"+id
	if err := q.Enqueue(ctx, again); err != nil {
		return "", err
	}
	return call.ID, q.Forget(ctx, id)
}

// Forget removes a dead letter; the error wraps store.ErrNotFound when there is none.
func (q *Queue) Forget(ctx context.Context, id string) error {
	m, err := q.rawLetter(ctx, id)
	if err != nil {
		return err
	}
	if err := q.broker.dead.DeleteMsg(ctx, m.Sequence); err != nil {
		return fmt.Errorf("delete dead letter %s: %w", id, err)
	}
	return nil
}
