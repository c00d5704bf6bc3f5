package capstone

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const maxAnswer = 8 << 20

// api calls one system's REST interface.
type api struct {
	name string // for errors: "MLflow"
	Endpoint
	http *http.Client
}

// statusError is an answer with a status of 400 or more.
type statusError struct {
	call   string
	status int
	body   string
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s: status %d: %s", e.call, e.status, brief(e.body))
}

// call sends body as JSON (nil: none) and decodes the answer into out (nil: ignore).
func (a api) call(ctx context.Context, method, path string, body, out any) error {
	var content []byte
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return fmt.Errorf("encode the request to %s: %w", a.name, err)
		}
	}
	answer, _, err := a.send(ctx, method, path, "application/json", content)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("read the answer of %s to %s %s: %w", a.name, method, path, err)
	}
	return nil
}

// send sends content and returns the answer's body and headers.
func (a api) send(ctx context.Context, method, path, contentType string, content []byte) ([]byte, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, method, a.URL+path, bytes.NewReader(content))
	if err != nil {
		return nil, nil, fmt.Errorf("call %s: %w", a.name, err)
	}
	if len(content) > 0 {
		req.Header.Set("Content-Type", contentType)
	}
	if a.Auth != nil {
		user, password, err := a.Auth(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("read the credentials of %s: %w", a.name, err)
		}
		if user == bearer {
			req.Header.Set("Authorization", "Bearer "+password)
		} else {
			req.SetBasicAuth(user, password)
		}
	}
	return a.exchange(req)
}

// bearer as a user's name means that the password is a token.
const bearer = "\x00bearer"

func (a api) exchange(req *http.Request) ([]byte, http.Header, error) {
	call := fmt.Sprintf("%s: %s %s", a.name, req.Method, req.URL.Path)
	res, err := a.http.Do(req)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", call, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: read the answer: %w", call, err)
	}
	if res.StatusCode >= http.StatusBadRequest {
		return nil, nil, &statusError{call: call, status: res.StatusCode, body: string(body)}
	}
	return body, res.Header, nil
}

// brief shortens text for an error; what matters most is often said last.
func brief(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 400 {
		return text[:150] + " ... " + text[len(text)-250:]
	}
	return text
}
