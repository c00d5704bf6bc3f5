package git

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

const (
	queueLength    = 256
	attempts       = 6
	attemptTimeout = 10 * time.Second
)

// WebhookOptions says whom a Dispatcher tells about pushes.
type WebhookOptions struct {
	// URLs each get every push.
	URLs []string
	// Secret signs the payloads (X-Gogs-Signature); unsigned when empty.
	Secret string
	// FirstWait is the pause after a first failed attempt; it doubles with each
	// further one. Half a second when 0.
	FirstWait time.Duration
	// Quiet is how long after a push it is delivered once more, under the same id, unless
	// another one of its repository has come. Argo CD forgets a refresh that is asked for
	// while it compares (persistAppStatus removes the annotation), and it compares for many
	// reasons. Three seconds when 0.
	Quiet time.Duration
	// Client sends; one without proxies and redirects when nil.
	Client *http.Client
}

// Dispatcher delivers pushes to webhooks in the background, in order for each URL,
// each tried at most six times. What is undelivered when it stops is lost: a webhook is a
// hint, its receivers poll as well.
type Dispatcher struct {
	opt     WebhookOptions
	store   *Store
	metrics *Metrics
	log     *slog.Logger
	pushes  chan Push
}

// NewDispatcher returns a Dispatcher that does nothing until Run.
func NewDispatcher(store *Store, metrics *Metrics, log *slog.Logger, opt WebhookOptions) *Dispatcher {
	if opt.FirstWait == 0 {
		opt.FirstWait = 500 * time.Millisecond
	}
	if opt.Quiet == 0 {
		opt.Quiet = 3 * time.Second
	}
	if opt.Client == nil {
		opt.Client = &http.Client{
			Transport:     &http.Transport{MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return &Dispatcher{opt: opt, store: store, metrics: metrics, log: log, pushes: make(chan Push, queueLength)}
}

// Announce queues p and never blocks; with a full queue p is dropped and counted.
func (d *Dispatcher) Announce(p Push) {
	if len(d.opt.URLs) == 0 {
		return
	}
	select {
	case d.pushes <- p:
	default:
		d.metrics.webhooks.WithLabelValues("dropped").Inc()
		d.log.Error("webhook queue is full", "repo", p.Repo, "ref", p.Ref)
	}
}

// Run delivers until ctx is done.
func (d *Dispatcher) Run(ctx context.Context) {
	var wg sync.WaitGroup
	queues := make([]chan delivery, len(d.opt.URLs))
	for i, url := range d.opt.URLs {
		queues[i] = make(chan delivery, queueLength)
		wg.Go(func() { d.deliverAll(ctx, url, queues[i]) })
	}
	for {
		select {
		case <-ctx.Done():
			wg.Wait()
			return
		case p := <-d.pushes:
			body, err := d.body(ctx, p)
			if err != nil {
				d.log.Error("describe a push", "repo", p.Repo, "ref", p.Ref, "err", err)
				continue
			}
			for _, q := range queues {
				select {
				case q <- delivery{repo: p.Repo, id: rand.Text(), body: body}:
				default:
					d.metrics.webhooks.WithLabelValues("dropped").Inc()
				}
			}
		}
	}
}

func (d *Dispatcher) body(ctx context.Context, p Push) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	payload, err := d.store.Payload(ctx, p)
	if err != nil {
		return nil, err
	}
	return json.Marshal(payload)
}

// delivery is a push for one URL.
type delivery struct {
	repo, id string
	body     []byte
	again    bool // it was delivered before
}

// deliverAll delivers in order, and each push once more when its repository has been
// quiet.
func (d *Dispatcher) deliverAll(ctx context.Context, url string, queue chan delivery) {
	last := map[string]string{} // id by repository
	for {
		select {
		case <-ctx.Done():
			return
		case one := <-queue:
			if one.again && one.id != last[one.repo] {
				continue // a later push has taken its place
			}
			d.deliver(ctx, url, one)
			last[one.repo] = one.id
			if one.again {
				continue
			}
			one.again = true
			time.AfterFunc(d.opt.Quiet, func() {
				select {
				case queue <- one:
				default: // what fills the queue tells as much
				}
			})
		}
	}
}

// errPermanent marks an answer that will not change by asking again.
var errPermanent = errors.New("refused for good")

// deliver posts a push until the receiver takes it, refuses it for good, or the
// attempts are used up.
func (d *Dispatcher) deliver(ctx context.Context, url string, push delivery) {
	wait := d.opt.FirstWait
	for n := 1; ; n++ {
		begin := time.Now()
		err := d.post(ctx, url, push)
		if err == nil {
			d.metrics.webhooks.WithLabelValues("delivered").Inc()
			d.log.Info("webhook delivered", "url", url, "attempt", n, "took", time.Since(begin).Round(time.Millisecond))
			return
		}
		if ctx.Err() != nil {
			return
		}
		if n == attempts || errors.Is(err, errPermanent) {
			d.metrics.webhooks.WithLabelValues("failed").Inc()
			d.log.Error("webhook not delivered", "url", url, "attempt", n, "err", err)
			return
		}
		d.metrics.webhooks.WithLabelValues("retried").Inc()
		d.log.Warn("webhook to be tried again", "url", url, "attempt", n, "wait", wait, "err", err)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		wait *= 2
	}
}

func (d *Dispatcher) post(ctx context.Context, url string, push delivery) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(push.body))
	if err != nil {
		return fmt.Errorf("%w: %w", errPermanent, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "labbox-git")
	req.Header.Set("X-Gogs-Event", "push")
	req.Header.Set("X-Gogs-Delivery", push.id)
	if d.opt.Secret != "" {
		mac := hmac.New(sha256.New, []byte(d.opt.Secret))
		mac.Write(push.body)
		req.Header.Set("X-Gogs-Signature", hex.EncodeToString(mac.Sum(nil)))
	}
	resp, err := d.opt.Client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, 512))
	switch {
	case resp.StatusCode < 300:
		return nil
	case resp.StatusCode >= 500, resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusRequestTimeout:
		return fmt.Errorf("%s: %q", resp.Status, answer)
	default:
		return fmt.Errorf("%w: %s: %q", errPermanent, resp.Status, answer)
	}
}
