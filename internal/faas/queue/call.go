package queue

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/labbox/labbox/internal/faas/store"
)

// Call is one call of a function that is to be made later.
type Call struct {
	Key store.Key `json:"-"`
	// ID is the X-Call-Id. It need not be unique: a caller may pass its own on.
	ID string `json:"id"`
	// Name is the function as the caller wrote it; callbacks repeat it.
	Name   string `json:"name,omitempty"`
	Method string `json:"method"`
	// Path is escaped, Query raw.
	Path   string      `json:"path"`
	Query  string      `json:"query,omitempty"`
	Host   string      `json:"host,omitempty"`
	Header http.Header `json:"header,omitempty"`
	// Callback, when set, is told the answer.
	Callback string    `json:"callback,omitempty"`
	Queued   time.Time `json:"queued"`
	Body     []byte    `json:"-"`
	// Once, when set, makes a second Enqueue of the same value within two minutes do
	// nothing.
	Once string `json:"-"`
}

const metaHeader = "Labbox-Meta"

// token is a form of id that can stand in a subject.
func token(id string) string {
	plain := func(r rune) bool {
		return r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if id != "" && len(id) <= 64 && !strings.ContainsFunc(id, func(r rune) bool { return !plain(r) }) {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "h_" + hex.EncodeToString(sum[:16])
}

// subject names a message of a function; an empty id stands for all of them.
func subject(kind string, key store.Key, id string) string {
	last := ">"
	if id != "" {
		last = token(id)
	}
	return kind + "." + key.Namespace + "." + key.Name + "." + last
}

// keyOf takes the function out of a subject.
func keyOf(subject string) store.Key {
	parts := strings.Split(subject, ".")
	if len(parts) != 4 {
		return store.Key{}
	}
	return store.Key{Namespace: parts[1], Name: parts[2]}
}

// message makes a message of meta (as JSON, in a header) and body.
func message(subject string, meta any, body []byte) (*nats.Msg, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(meta); err != nil {
		return nil, fmt.Errorf("encode a message: %w", err)
	}
	m := nats.NewMsg(subject)
	m.Header.Set(metaHeader, strings.TrimSpace(text.String()))
	m.Data = body
	return m, nil
}

// decodeCall reads what message made of a Call.
func decodeCall(subject string, h nats.Header, body []byte) (*Call, error) {
	c := &Call{Key: keyOf(subject), Body: body}
	if err := json.Unmarshal([]byte(h.Get(metaHeader)), c); err != nil {
		return nil, fmt.Errorf("decode the call in %s: %w", subject, err)
	}
	return c, nil
}

// request is the call's nth try.
func (c *Call) request(ctx context.Context, try, retries int) (*http.Request, error) {
	u, err := url.ParseRequestURI(c.Path)
	if err != nil {
		return nil, fmt.Errorf("path of the call: %w", err)
	}
	u.RawQuery = c.Query
	var body io.Reader
	if len(c.Body) > 0 {
		body = bytes.NewReader(c.Body)
	}
	r, err := http.NewRequestWithContext(ctx, c.Method, "/", body)
	if err != nil {
		return nil, err
	}
	r.URL, r.Host = u, c.Host
	r.Header = c.Header.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set("X-Call-Id", c.ID)
	r.Header.Set("X-Retry", fmt.Sprint(try-1))
	r.Header.Set("X-Retry-Max", fmt.Sprint(retries))
	return r, nil
}
