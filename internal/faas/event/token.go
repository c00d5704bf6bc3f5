package event

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

// Audience is what tokens that are shown to the gateway must be made for, so that
// they are worth nothing elsewhere.
const Audience = "labbox-gateway"

// tokenTime is how long a review is believed.
const tokenTime = 2 * time.Minute

// Reviewer asks the API server whose a service account's token is. It is safe for
// concurrent use.
type Reviewer struct {
	ask     Kubernetes
	account string // system:serviceaccount:<namespace>:<name>

	mu   sync.Mutex
	good map[string]time.Time // tokens (digests) by when they were reviewed
}

// NewReviewer returns a Reviewer that lets in tokens of account only.
func NewReviewer(ask Kubernetes, account string) *Reviewer {
	return &Reviewer{ask: ask, account: account, good: map[string]time.Time{}}
}

// review is a TokenReview.
type review struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Spec       struct {
		Token     string   `json:"token"`
		Audiences []string `json:"audiences"`
	} `json:"spec"`
	Status struct {
		Authenticated bool     `json:"authenticated"`
		Audiences     []string `json:"audiences"`
		User          struct {
			Username string `json:"username"`
		} `json:"user"`
	} `json:"status"`
}

// Allowed says whether token is the account's and made for this gateway.
func (r *Reviewer) Allowed(ctx context.Context, token string) (bool, error) {
	if token == "" {
		return false, nil
	}
	key := digest(token)
	r.mu.Lock()
	at, ok := r.good[key]
	r.mu.Unlock()
	if ok && time.Since(at) < tokenTime {
		return true, nil
	}
	question := review{APIVersion: "authentication.k8s.io/v1", Kind: "TokenReview"}
	question.Spec.Token, question.Spec.Audiences = token, []string{Audience}
	answer, err := r.ask(ctx, store.RawRequest{Verb: "POST", Path: "/apis/authentication.k8s.io/v1/tokenreviews", Body: mustJSON(question)})
	if err != nil {
		return false, err
	}
	defer func() { _ = answer.Close() }()
	var got review
	if err := json.NewDecoder(answer).Decode(&got); err != nil {
		return false, fmt.Errorf("review a token: %w", err)
	}
	if !got.Status.Authenticated || got.Status.User.Username != r.account || !slices.Contains(got.Status.Audiences, Audience) {
		return false, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for old, at := range r.good {
		if time.Since(at) > tokenTime {
			delete(r.good, old)
		}
	}
	r.good[key] = time.Now()
	return true, nil
}
