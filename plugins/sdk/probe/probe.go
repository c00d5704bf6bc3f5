// Package probe is for modules that look at systems over HTTP: bounded requests
// with errors in words that a learner understands, Prometheus queries, and a Round
// that turns many readings into one Health.
package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/labbox/labbox/plugins/sdk"
)

const (
	timeout = 3 * time.Second // of one request
	maxBody = 4 << 20         // bytes read of one answer
)

// Client sends requests. It may be used by several goroutines at once.
type Client struct {
	http http.Client
}

// New returns a Client that goes to the endpoints directly, whatever proxy the
// environment names.
func New() *Client {
	return &Client{http: http.Client{
		Timeout:   timeout,
		Transport: &http.Transport{Proxy: nil, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second},
	}}
}

// Get returns the body of a GET of path at e. Any status but 200 is an error. The
// login of e is sent along where it has one.
func (c *Client) Get(ctx context.Context, e sdk.Endpoint, path string) ([]byte, error) {
	if e.URL == "" {
		return nil, errors.New("is not there yet")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.URL+path, nil)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	if e.User != "" {
		req.SetBasicAuth(e.User, e.Password)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, inWords(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil, fmt.Errorf("breaks off while answering GET %s: %w", path, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answers GET %s with %s", path, resp.Status)
	}
	return body, nil
}

// JSON decodes the body of a GET into what into points to.
func (c *Client) JSON(ctx context.Context, e sdk.Endpoint, path string, into any) error {
	body, err := c.Get(ctx, e, path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("answers GET %s with something that is not the expected JSON: %w", path, err)
	}
	return nil
}

// Text returns the body of a GET, trimmed.
func (c *Client) Text(ctx context.Context, e sdk.Endpoint, path string) (string, error) {
	body, err := c.Get(ctx, e, path)
	return strings.TrimSpace(string(body)), err
}

// inWords says what a learner can make something of.
func inWords(err error) error {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("does not listen: %w", err)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("does not answer in time: %w", err)
	}
	return fmt.Errorf("cannot be reached: %w", err)
}
