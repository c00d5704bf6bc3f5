package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Client speaks to a running lab over its unix socket. Every method fails with a
// lab.Error of CodeNotRunning when no lab listens there.
type Client struct{ http *http.Client }

// NewClient returns a client of the socket at path; it opens no connection yet.
func NewClient(path string) *Client {
	var dialer net.Dialer
	return &Client{http: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", path)
		},
		DisableCompression: true,
	}}}
}

// Status returns the lab's status.
func (c *Client) Status(ctx context.Context) (lab.Status, error) {
	return get[lab.Status](ctx, c, "/status")
}

// Up returns the steps of "labbox up" and the ID of the newest event.
func (c *Client) Up(ctx context.Context) (Up, error) { return get[Up](ctx, c, "/steps") }

// Links returns what a browser can open.
func (c *Client) Links(ctx context.Context) ([]lab.Link, error) {
	return get[[]lab.Link](ctx, c, "/links")
}

// Modules returns the trend modules.
func (c *Client) Modules(ctx context.Context) ([]lab.Module, error) {
	return get[[]lab.Module](ctx, c, "/modules")
}

// Capstone returns where the capstone stands.
func (c *Client) Capstone(ctx context.Context) (CapstoneState, error) {
	return get[CapstoneState](ctx, c, "/capstone")
}

// RunCapstone starts the capstone and returns at once.
func (c *Client) RunCapstone(ctx context.Context) error { return c.post(ctx, "/capstone/run") }

// ResetCapstone removes what the capstone made.
func (c *Client) ResetCapstone(ctx context.Context) error { return c.post(ctx, "/capstone/reset") }

// Stop asks the lab to end and returns at once.
func (c *Client) Stop(ctx context.Context) error { return c.post(ctx, "/stop") }

// Logs copies a component's log to w; with Follow until ctx is done, which is no
// error.
func (c *Client) Logs(ctx context.Context, q LogRequest, w io.Writer) error {
	query := url.Values{"follow": {strconv.FormatBool(q.Follow)}, "tail": {strconv.FormatInt(q.Tail, 10)}}
	response, err := c.do(ctx, http.MethodGet, "/logs/"+url.PathEscape(q.Component)+"?"+query.Encode())
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(w, response.Body); err != nil && ctx.Err() == nil {
		return fmt.Errorf("read log of %s: %w", q.Component, err)
	}
	return nil
}

// Events calls on for every event after since and goes on live, until ctx is done
// (nil), on fails (that error), or the lab ends (CodeNotRunning).
func (c *Client) Events(ctx context.Context, since int64, on func(lab.Event) error) error {
	response, err := c.do(ctx, http.MethodGet, "/events?since="+strconv.FormatInt(since, 10))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	lines := bufio.NewReader(response.Body)
	for {
		line, err := lines.ReadBytes('\n')
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return lab.Errorf(lab.CodeNotRunning, "see: labbox status", "the lab has ended its stream of events: %w", err)
		}
		data, isData := bytes.CutPrefix(line, []byte("data: "))
		if !isData {
			continue
		}
		var e lab.Event
		if err := json.Unmarshal(data, &e); err != nil {
			return fmt.Errorf("read event: %w", err)
		}
		if err := on(e); err != nil {
			return err
		}
	}
}

func (c *Client) post(ctx context.Context, path string) error {
	response, err := c.do(ctx, http.MethodPost, path)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func get[T any](ctx context.Context, c *Client, path string) (T, error) {
	var value T
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	response, err := c.do(ctx, http.MethodGet, path)
	if err != nil {
		return value, err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&value); err != nil {
		return value, fmt.Errorf("read answer of the lab: %w", err)
	}
	return value, nil
}

// do returns an answer with a status below 400, or what went wrong as lab.Error.
func (c *Client) do(ctx context.Context, method, path string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://labbox/api/v1"+path, nil)
	if err != nil {
		return nil, fmt.Errorf("ask the lab: %w", err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
			return nil, lab.Errorf(lab.CodeNotRunning, "start it with: labbox up", "the lab is not running: %w", err)
		}
		return nil, fmt.Errorf("ask the lab: %w", err)
	}
	if response.StatusCode < http.StatusBadRequest {
		return response, nil
	}
	defer response.Body.Close()
	var body errorBody
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil || body.Error == nil {
		return nil, fmt.Errorf("ask the lab: %s %s answered %s", method, path, response.Status)
	}
	return nil, body.Error
}
