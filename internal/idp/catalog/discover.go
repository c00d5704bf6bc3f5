package catalog

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/labbox/labbox/internal/idp/wire"
)

// Run follows the git server until ctx is done: at once by its webhook, and by
// looking at all heads now and then, since a webhook may be lost.
func (c *Catalog) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case name := <-c.wake:
			c.reading.Lock()
			err := c.lookAt(ctx, name)
			c.reading.Unlock()
			if err != nil && ctx.Err() == nil {
				c.opt.Log.Warn("read a repository after a push", "repo", name, "err", err)
			}
		case <-timer.C:
			wait := c.opt.Every
			if !c.scan(ctx) {
				wait = min(wait, time.Second)
			}
			timer.Reset(wait)
		}
	}
}

// scan looks at every repository whose head has moved, and says whether git answered.
func (c *Catalog) scan(ctx context.Context) bool {
	c.reading.Lock()
	defer c.reading.Unlock()
	all, err := c.opt.Git.Repositories(ctx)
	if err != nil {
		if ctx.Err() == nil {
			c.opt.Log.Warn("look at the repositories", "err", err)
		}
		return false
	}
	there := map[string]bool{}
	for _, r := range all {
		there[r.Name] = true
		if head, known := c.heads[r.Name]; known && head == r.Head {
			continue
		}
		if err := c.lookAt(ctx, r.Name); err != nil {
			c.opt.Log.Warn("read a repository", "repo", r.Name, "err", err)
		}
	}
	for name := range c.heads {
		if !there[name] {
			c.dropRepository(name)
		}
	}
	return true
}

// Announce has the catalog look at a repository soon. It never blocks; where too
// many wait, the next look at all heads finds it.
func (c *Catalog) Announce(name string) {
	select {
	case c.wake <- name:
	default:
	}
}

// Hook takes pushes in the format of Gogs, signed with the secret that secret
// returns; an empty secret lets every push pass.
func (c *Catalog) Hook(secret func() string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxBody))
		if err != nil {
			wire.Fail(w, r, wire.Input("the body breaks off or is too large"))
			return
		}
		if key := secret(); key != "" {
			mac := hmac.New(sha256.New, []byte(key))
			mac.Write(body)
			given, err := hex.DecodeString(r.Header.Get("X-Gogs-Signature"))
			if err != nil || !hmac.Equal(given, mac.Sum(nil)) {
				wire.Fail(w, r, &wire.Problem{Status: http.StatusUnauthorized, Name: "AuthenticationError", Message: "the signature of the push is not right"})
				return
			}
		}
		var push struct {
			Repository struct {
				Name string `json:"name"`
			} `json:"repository"`
		}
		if err := json.Unmarshal(body, &push); err != nil || push.Repository.Name == "" {
			wire.Fail(w, r, wire.Input("this is no push of a repository"))
			return
		}
		c.Announce(push.Repository.Name)
		w.WriteHeader(http.StatusAccepted)
	}
}
