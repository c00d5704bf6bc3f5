package functions

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/labbox/labbox/internal/web"
)

// Invoke implements web.Functions. Functions are called without the login.
func (c *Client) Invoke(ctx context.Context, call web.FunctionCall) (web.FunctionAnswer, error) {
	base, err := c.base()
	if err != nil {
		return web.FunctionAnswer{}, err
	}
	req, err := http.NewRequestWithContext(ctx, call.Method, base+"/function/"+call.ID.String()+call.Path, bytes.NewReader(call.Body))
	if err != nil {
		return web.FunctionAnswer{}, fmt.Errorf("call %s: %w", call.ID, err)
	}
	req.Header.Set("User-Agent", "labbox-dashboard")
	if call.ContentType != "" {
		req.Header.Set("Content-Type", call.ContentType)
	}
	began := time.Now()
	res, err := c.http.Do(req)
	if err != nil {
		return web.FunctionAnswer{}, away(ctx, err)
	}
	defer res.Body.Close() // ends the call where the answer is longer than what is read
	body, err := io.ReadAll(io.LimitReader(res.Body, int64(call.Limit)+1))
	answer := web.FunctionAnswer{Status: res.StatusCode, Header: res.Header, Body: body, Seconds: time.Since(began).Seconds()}
	if answer.Truncated = len(body) > call.Limit; answer.Truncated {
		answer.Body = body[:call.Limit]
	}
	if err != nil && ctx.Err() != nil {
		return answer, ctx.Err()
	}
	if err != nil {
		return answer, fmt.Errorf("read the answer of %s: %w", call.ID, err)
	}
	return answer, nil
}
