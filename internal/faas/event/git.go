package event

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// maxHook bounds what a webhook may send.
const maxHook = 2 << 20

// SecretSource returns the secret that webhooks are signed with.
type SecretSource func(ctx context.Context) ([]byte, error)

// Git takes the webhooks of the lab's git server (in the format of Gogs) and makes
// git.push of them: 202 when the event is on the disk, another status when the sender
// should come again. Calls without the right signature are refused.
type Git struct {
	bus    *Bus
	secret SecretSource
	log    *slog.Logger

	mu    sync.Mutex
	known []byte    // the secret as it was read last
	read  time.Time // when
}

// NewGit returns a Git.
func NewGit(b *Bus, s SecretSource, log *slog.Logger) *Git { return &Git{bus: b, secret: s, log: log} }

// push is the part of a webhook that the event's attributes are made of.
type push struct {
	Ref        string `json:"ref"`
	Before     string `json:"before"`
	After      string `json:"after"`
	Repository struct {
		FullName string `json:"full_name"`
		CloneURL string `json:"clone_url"`
	} `json:"repository"`
}

// ServeHTTP implements http.Handler.
func (g *Git) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		http.Error(w, "webhooks are sent with POST", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	if err != nil {
		http.Error(w, "the body could not be read: "+err.Error(), bodyStatus(err))
		return
	}
	ok, err := g.signed(r.Context(), body, r.Header.Get("X-Gogs-Signature"))
	switch {
	case err != nil:
		g.log.Error("events: the secret of git's webhooks cannot be read", "error", err)
		http.Error(w, "the webhooks' secret is not known yet", http.StatusServiceUnavailable)
		return
	case !ok:
		http.Error(w, "the signature is wrong", http.StatusUnauthorized)
		return
	}
	if kind := r.Header.Get("X-Gogs-Event"); kind != "push" {
		w.WriteHeader(http.StatusNoContent) // nothing that anybody could subscribe to
		return
	}
	var p push
	if err := json.Unmarshal(body, &p); err != nil || p.Ref == "" || p.Repository.FullName == "" {
		http.Error(w, "the body is not a push", http.StatusBadRequest)
		return
	}
	if err := g.bus.Publish(r.Context(), p.event(r.Header.Get("X-Gogs-Delivery"), body)); err != nil {
		g.log.Error("events: git push", "error", err)
		http.Error(w, "the event could not be queued", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func (p push) event(delivery string, body []byte) Event {
	e := Event{Topic: TopicPush, ID: delivery, Source: p.Repository.CloneURL, Subject: p.Ref, Time: time.Now(), Data: body}
	if e.ID == "" {
		e.ID = p.Ref + "/" + p.Before + ".." + p.After
	}
	if e.Source == "" {
		e.Source = "/labbox/git/" + p.Repository.FullName
	}
	return e
}

// signed checks the signature, with the secret read anew if the known one does not fit.
func (g *Git) signed(ctx context.Context, body []byte, signature string) (bool, error) {
	want, err := hex.DecodeString(signature)
	if err != nil || len(want) == 0 {
		return false, nil
	}
	fits := func(secret []byte) bool {
		mac := hmac.New(sha256.New, secret)
		mac.Write(body)
		return len(secret) > 0 && hmac.Equal(mac.Sum(nil), want)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if fits(g.known) {
		return true, nil
	}
	if time.Since(g.read) < time.Second { // wrong ones do not make the API server busy
		return false, nil
	}
	secret, err := g.secret(ctx)
	if err == nil && len(secret) == 0 {
		err = errors.New("the secret is empty")
	}
	if err != nil {
		return false, err
	}
	g.known, g.read = secret, time.Now()
	return fits(secret), nil
}

func bodyStatus(err error) int {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}
