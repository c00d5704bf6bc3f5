// Package functions is how the lab itself speaks with the function gateway: over HTTP,
// as any other client, with the generated login. It gives the dashboard what its pages
// of functions need.
//
//	web.FunctionParts ──► Client ──► gateway's loopback port ──► functions
package functions

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/web"
)

const (
	// patience bounds a management call, answerLimit what is read of its answer.
	patience    = 15 * time.Second
	answerLimit = 8 << 20
)

// Options say where the gateway is.
type Options struct {
	// URL returns its address without a trailing slash; empty while there is none.
	URL func() string
	// Login returns its user and password.
	Login func(ctx context.Context) (user, password string, err error)
	// Workloads returns how the cluster's workloads fare; nil: nobody knows. It is asked
	// while a function is not ready.
	Workloads func(ctx context.Context) ([]lab.Workload, error)
}

// Client implements what web.FunctionParts asks for. It is safe for concurrent use.
type Client struct {
	opt  Options
	http *http.Client

	mu             sync.Mutex
	user, password string // empty until first needed
}

// New returns a Client; it does no I/O.
func New(opt Options) *Client {
	transport := &http.Transport{
		MaxIdleConnsPerHost: 16, IdleConnTimeout: 30 * time.Second,
		DisableCompression: true, // answers of functions are shown as they are
	}
	// No timeout of its own: logs last. A redirect is an answer, not a way to go.
	return &Client{opt: opt, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Parts returns the client as what the dashboard needs.
func (c *Client) Parts() web.FunctionParts {
	return web.FunctionParts{Functions: c, Store: c, Queue: c, Logs: c.Logs, Lambda: c.Lambda}
}

// Close gives idle connections back.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// statusError is an answer with a status of 400 or more.
type statusError struct {
	status int
	text   string
}

// Error returns what the gateway said.
func (e *statusError) Error() string {
	return fmt.Sprintf("the gateway answers %d: %s", e.status, e.text)
}

// call sends in as JSON (nil: nothing) and decodes the answer into out (nil: ignore).
func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("ask the gateway: %w", err)
		}
	}
	res, err := c.system(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, answerLimit))
	if err != nil {
		return fmt.Errorf("read the gateway's answer: %w", err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("read the gateway's answer to %s %s: %w", method, path, err)
	}
	return nil
}

// system sends a request with the login; a login that has changed is read anew once.
// The caller closes the body of the answer, whose status is below 400.
func (c *Client) system(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	for again := true; ; again = false {
		res, err := c.attempt(ctx, method, path, body)
		if err != nil {
			return nil, err
		}
		if res.StatusCode < http.StatusBadRequest {
			return res, nil
		}
		text, _ := io.ReadAll(io.LimitReader(res.Body, 2048))
		res.Body.Close()
		if res.StatusCode == http.StatusUnauthorized && again {
			c.forgetLogin()
			continue
		}
		return nil, &statusError{res.StatusCode, strings.TrimSpace(string(text))}
	}
}

func (c *Client) attempt(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	base, err := c.base()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, base+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask the gateway: %w", err)
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	user, password, err := c.login(ctx)
	if err != nil {
		return nil, lab.Errorf(lab.CodeNotReady, "wait until the lab is ready", "read the gateway's login: %w", err)
	}
	req.SetBasicAuth(user, password)
	res, err := c.http.Do(req)
	if err != nil {
		return nil, away(ctx, err)
	}
	return res, nil
}

// base is the gateway's address; CodeNotReady while there is none.
func (c *Client) base() (string, error) {
	if base := c.opt.URL(); base != "" {
		return base, nil
	}
	return "", lab.Errorf(lab.CodeNotReady, "wait until the lab is ready", "the function gateway is not there yet")
}

func away(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return lab.Errorf(lab.CodeNotReady, "wait until the lab is ready", "the function gateway does not answer: %w", err)
}

func (c *Client) login(ctx context.Context) (user, password string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.user == "" && c.password == "" {
		if c.user, c.password, err = c.opt.Login(ctx); err != nil {
			c.user, c.password = "", ""
			return "", "", err
		}
	}
	return c.user, c.password, nil
}

func (c *Client) forgetLogin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.user, c.password = "", ""
}

// optional turns "there is no such route" into web.ErrAbsent.
func optional(err error) error {
	var answer *statusError
	if errors.As(err, &answer) {
		switch answer.status {
		case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
			return web.ErrAbsent
		}
	}
	return err
}

// about says in the lab's words what the gateway refused.
func about(what string, err error) error {
	var answer *statusError
	if !errors.As(err, &answer) {
		return err
	}
	switch answer.status {
	case http.StatusNotFound:
		return lab.Errorf(lab.CodeNotFound, "it may have been removed meanwhile", "%s: %s", what, answer.text)
	case http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		return lab.Errorf(lab.CodeUsage, "", "%s: %s", what, answer.text)
	}
	return fmt.Errorf("%s: %w", what, err)
}
