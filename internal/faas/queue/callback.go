package queue

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const callbackWorkers = 4

type httpDoer interface {
	Do(r *http.Request) (*http.Response, error)
}

// callback is the answer of a call on its way to the callback URL.
type callback struct {
	URL    string      `json:"url"`
	Header http.Header `json:"header"`
}

// errCallbackURL says what is wrong with an X-Callback-Url.
var errCallbackURL = errors.New("X-Callback-Url must be an absolute http or https URL of at most 2048 characters, without user and password")

// checkCallback says whether text may be called back.
func checkCallback(text string) error {
	u, err := url.Parse(text)
	if err != nil || len(text) > 2048 || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return errCallbackURL
	}
	return nil
}

// queueCallback keeps the answer for the callback.
func (q *Queue) queueCallback(ctx context.Context, s settlement, once string) error {
	h := http.Header{}
	for name, values := range s.a.header {
		if !hopByHop(name) && name != "Content-Length" && name != "Set-Cookie" {
			h[name] = values
		}
	}
	if h.Get("X-Duration-Seconds") == "" {
		h.Set("X-Duration-Seconds", strconv.FormatFloat(s.a.took.Seconds(), 'f', 6, 64))
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "text/plain")
	}
	h.Set("X-Call-Id", s.call.ID)
	h.Set("X-Function-Name", s.call.Name)
	h.Set("X-Function-Status", strconv.Itoa(s.a.status))
	if h.Get("X-Start-Time") == "" {
		h.Set("X-Start-Time", strconv.FormatInt(s.call.Queued.UnixNano(), 10))
	}
	h.Set("User-Agent", "labbox-queue-worker/"+q.o.Version)
	body := s.a.body
	if s.a.problem != "" {
		body = []byte(s.a.problem + "\n")
	}
	if s.a.cut {
		h.Set("X-Labbox-Body-Omitted", "larger than "+strconv.FormatInt(q.o.MaxBody, 10)+" bytes")
	}
	m, err := message(subject("callback", s.call.Key, s.call.ID), callback{s.call.Callback, h}, body)
	if err != nil {
		return err
	}
	if err := q.store(ctx, m, jetstream.WithMsgID(once)); err != nil {
		return fmt.Errorf("queue the callback of %s: %w", s.call.ID, err)
	}
	return nil
}

func (q *Queue) callbackConsumer(ctx context.Context) (jetstream.Consumer, error) {
	c, err := q.broker.callbacks.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: "callbacks", AckPolicy: jetstream.AckExplicitPolicy, AckWait: q.o.AckWait, MaxDeliver: -1, MaxAckPending: 1000,
	})
	if err != nil {
		return nil, fmt.Errorf("consumer of callbacks: %w", err)
	}
	return c, nil
}

// sendCallbacks sends until ctx is done; each request is made with sends.
func (q *Queue) sendCallbacks(ctx, sends context.Context, consumer jetstream.Consumer) {
	var workers sync.WaitGroup
	for range callbackWorkers {
		workers.Go(func() {
			for ctx.Err() == nil {
				msg, err := consumer.Next(jetstream.FetchContext(ctx))
				if err == nil {
					q.sendCallback(sends, msg)
					continue
				}
				if !errors.Is(err, errTimeout) && !errors.Is(err, jetstream.ErrNoMessages) && ctx.Err() == nil {
					q.o.Log.Warn("queue: no callbacks can be taken", "error", err)
					select {
					case <-time.After(time.Second):
					case <-ctx.Done():
					}
				}
			}
		})
	}
	workers.Wait()
}

// errRefused marks an answer that will not change by asking again.
var errRefused = errors.New("refused for good")

func (q *Queue) sendCallback(ctx context.Context, msg jetstream.Msg) {
	defer q.alive(msg)()
	name := keyOf(msg.Subject()).String()
	meta, err := msg.Metadata()
	if err != nil {
		_ = msg.Term()
		return
	}
	err = q.post(ctx, msg)
	switch {
	case err == nil:
		q.metrics.callbacks.WithLabelValues(name, "sent").Inc()
		_ = msg.Ack()
	case ctx.Err() != nil:
		_ = msg.NakWithDelay(giveBack)
	case errors.Is(err, errRefused), meta.NumDelivered >= uint64(q.o.CallbackTries): //nolint:gosec // from 1 to 1024
		q.metrics.callbacks.WithLabelValues(name, "failed").Inc()
		q.o.Log.Error("queue: callback given up", "function", name, "try", meta.NumDelivered, "error", err)
		_ = msg.Term()
	default:
		q.metrics.callbacks.WithLabelValues(name, "retried").Inc()
		_ = msg.NakWithDelay(q.o.Retry.wait(int(min(meta.NumDelivered, 1<<20)), nil)) //nolint:gosec // bounded
	}
}

func (q *Queue) post(ctx context.Context, msg jetstream.Msg) error {
	var c callback
	if err := json.Unmarshal([]byte(msg.Headers().Get(metaHeader)), &c); err != nil {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	ctx, cancel := context.WithTimeout(ctx, q.o.CallbackTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(msg.Data()))
	if err != nil {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	r.Header = c.Header
	resp, err := q.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	switch {
	case resp.StatusCode < 300:
		return nil
	case resp.StatusCode >= 500, resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusRequestTimeout:
		return errors.New("the callback answers " + resp.Status)
	}
	return fmt.Errorf("%w: the callback answers %s", errRefused, resp.Status)
}

// newCallbackClient sends to where callers say, so it is careful: no proxy, no
// redirects, and the address is looked at when it is dialled, after name resolution.
// The cluster's own services can be reached, as they can be by every function; their
// answers go to nobody.
func newCallbackClient(o Options) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		host, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if !allowed(host.Addr().Unmap(), o.CallbackLoopback) {
			return fmt.Errorf("%w: callbacks may not go to %s", errRefused, host.Addr())
		}
		return nil
	}}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, MaxIdleConns: 16, MaxIdleConnsPerHost: callbackWorkers, IdleConnTimeout: 30 * time.Second,
			TLSHandshakeTimeout: 10 * time.Second, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// allowed keeps callbacks from this machine itself and from link-local addresses,
// where clouds keep their metadata.
func allowed(a netip.Addr, loopback bool) bool {
	if a.IsLoopback() || a.IsUnspecified() {
		return loopback
	}
	return !a.IsLinkLocalUnicast() && !a.IsMulticast()
}

// hopByHop says whether a header belongs to one connection only.
func hopByHop(name string) bool {
	switch strings.ToLower(name) {
	case "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade":
		return true
	}
	return false
}
