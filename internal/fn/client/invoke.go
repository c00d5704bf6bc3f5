package client

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Call is one call of a function.
type Call struct {
	Name, Namespace string
	// Method is POST when empty. Path and Query are what the function sees.
	Method, Path, Query string
	Header              http.Header
	Body                io.Reader
	// Async puts the call into the queue: the answer says only that it is there.
	Async bool
}

// Invoke calls a function; whatever status it answers with is no error. The caller
// closes the body.
func (c *Client) Invoke(ctx context.Context, call Call) (*http.Response, error) {
	prefix, method := "/function/", call.Method
	if call.Async {
		prefix = "/async-function/"
	}
	if method == "" {
		method = http.MethodPost
	}
	target := c.URL + prefix + url.PathEscape(call.Name+"."+orDefault(call.Namespace))
	if call.Path != "" {
		target += "/" + strings.TrimPrefix(call.Path, "/")
	}
	if call.Query != "" {
		target += "?" + call.Query
	}
	req, err := http.NewRequestWithContext(ctx, method, target, call.Body)
	if err != nil {
		return nil, lab.Errorf(lab.CodeUsage, "", "call %s: %w", call.Name, err)
	}
	req.Header = call.Header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "text/plain")
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return nil, c.dialError(err)
	}
	return resp, nil
}

func orDefault(namespace string) string {
	if namespace == "" {
		return DefaultNamespace
	}
	return namespace
}

// LogQuery selects lines of a function's log.
type LogQuery struct {
	Name, Namespace, Instance string
	Follow                    bool
	// Tail is the number of last lines to begin with; 0 means all.
	Tail  int
	Since time.Time
}

// LogLine is one line of a function's log.
type LogLine struct {
	Name      string    `json:"name"`
	Namespace string    `json:"namespace"`
	Instance  string    `json:"instance"`
	Timestamp time.Time `json:"timestamp"`
	Text      string    `json:"text"`
}

// Logs hands each line to fn, with Follow until ctx is done, which is no error.
func (c *Client) Logs(ctx context.Context, q LogQuery, fn func(LogLine) error) error {
	values := url.Values{"name": {q.Name}, "namespace": {orDefault(q.Namespace)}, "follow": {strconv.FormatBool(q.Follow)}}
	if q.Tail > 0 {
		values.Set("tail", strconv.Itoa(q.Tail))
	}
	if q.Instance != "" {
		values.Set("instance", q.Instance)
	}
	if !q.Since.IsZero() {
		values.Set("since", q.Since.UTC().Format(time.RFC3339))
	}
	resp, err := c.send(ctx, http.MethodGet, "/system/logs?"+values.Encode(), nil)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var line LogLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return fmt.Errorf("read the log of %s: %w", q.Name, err)
		}
		if err := fn(line); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("read the log of %s: %w", q.Name, err)
	}
	return nil
}
