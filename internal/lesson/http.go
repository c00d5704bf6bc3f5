package lesson

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// maxBody bounds what is read of an answer.
const maxBody = 4 << 20

// Endpoint is a system of the lab and how to log in to it.
type Endpoint struct {
	// URL has no slash at its end; empty while the system is not there yet.
	URL string
	// Login returns user and password; nil means that the system asks for none.
	Login func(ctx context.Context) (user, password string, err error)
	// Session says that the login is exchanged for a token at /api/v1/session, as Argo
	// CD wants it; else it goes along with each request.
	Session bool
	// HTTP reaches URL; http.DefaultClient when nil.
	HTTP *http.Client
}

// Endpoints finds a system by its name.
type Endpoints func(name string) (Endpoint, error)

// web asks systems over HTTP.
type web struct {
	find Endpoints

	mu     sync.Mutex
	tokens map[string]string // by URL
}

// HTTP sends the requests of lessons to the systems that endpoints finds.
func HTTP(endpoints Endpoints) Source { return newWeb(endpoints) }

func newWeb(endpoints Endpoints) *web { return &web{find: endpoints, tokens: map[string]string{}} }

// Read implements Source: {status, body}. Where a first question does not find what the
// next one needs, its own answer is the value.
func (s *web) Read(ctx context.Context, w Watch) (any, error) {
	ask, found := *w.HTTP, ""
	if ask.First != nil {
		status, body, err := s.ask(ctx, request{endpoint: ask.Endpoint, path: ask.First.Path})
		if err != nil {
			return nil, err
		}
		if found = take(body, ask.First.Take); found == "" {
			return answered(status, body), nil
		}
	}
	r := request{endpoint: ask.Endpoint, method: ask.Method, path: strings.ReplaceAll(ask.Path, firstMark, url.QueryEscape(found))}
	if ask.Body != nil {
		body, err := json.Marshal(fill(ask.Body, found))
		if err != nil {
			return nil, err
		}
		r.body = body
	}
	status, body, err := s.ask(ctx, r)
	if err != nil {
		return nil, err
	}
	return answered(status, body), nil
}

func answered(status int, body any) any {
	return map[string]any{"status": int64(status), "body": body}
}

// firstMark stands for what the first question has found.
const firstMark = "${first}"

// fill puts what was found into every text of a body.
func fill(body any, found string) any {
	switch v := body.(type) {
	case string:
		return strings.ReplaceAll(v, firstMark, found)
	case []any:
		out := make([]any, len(v))
		for i, one := range v {
			out[i] = fill(one, found)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for key, one := range v {
			out[key] = fill(one, found)
		}
		return out
	}
	return body
}

// take goes through an answer; empty where there is nothing.
func take(body any, way string) string {
	for _, part := range strings.Split(way, ".") {
		switch v := body.(type) {
		case map[string]any:
			body = v[part]
		case []any:
			n, err := strconv.Atoi(part)
			if err != nil || n < 0 || n >= len(v) {
				return ""
			}
			body = v[n]
		default:
			return ""
		}
	}
	switch v := body.(type) {
	case string, int64, float64:
		return fmt.Sprint(v)
	}
	return ""
}

// request is one question to an endpoint.
type request struct {
	endpoint, method, path string
	body                   []byte // JSON
}

// ask sends a request and returns the body as JSON values, or as text.
func (s *web) ask(ctx context.Context, r request) (status int, body any, err error) {
	e, err := s.find(r.endpoint)
	if err != nil {
		return 0, nil, err
	}
	if e.URL == "" {
		return 0, nil, fmt.Errorf("%s is not there yet", r.endpoint)
	}
	got, err := s.send(ctx, e, r)
	if err == nil && got.status == http.StatusUnauthorized && e.Session {
		s.forget(e.URL)
		got, err = s.send(ctx, e, r)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("ask %s: %w", r.endpoint, err)
	}
	return got.status, got.value(), nil
}

// reply is the answer to a request.
type reply struct {
	status int
	lines  bool // each line is JSON of its own
	data   []byte
}

// value is the body as JSON values, or as text; lines stay text, be it one or many.
func (r reply) value() any {
	if !r.lines {
		if value, err := parseJSON(string(r.data)); err == nil {
			return plain(value)
		}
	}
	return string(r.data)
}

func (s *web) send(ctx context.Context, e Endpoint, r request) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, orElse(r.method, http.MethodGet), e.URL+r.path, bytes.NewReader(r.body))
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("Accept", "application/json")
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if err := s.authorize(ctx, e, req); err != nil {
		return reply{}, err
	}
	return do(e, req)
}

func do(e Endpoint, req *http.Request) (reply, error) {
	client := e.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err // the URL says nothing to a learner
		}
		return reply{}, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	return reply{status: res.StatusCode, lines: strings.HasPrefix(res.Header.Get("Content-Type"), "application/x-ndjson"), data: data}, err
}

// authorize adds the login to a request, or the token that was had for it.
func (s *web) authorize(ctx context.Context, e Endpoint, req *http.Request) error {
	if e.Login == nil {
		return nil
	}
	s.mu.Lock()
	token := s.tokens[e.URL]
	s.mu.Unlock()
	if token == "" {
		user, password, err := e.Login(ctx)
		if err != nil {
			return err
		}
		if !e.Session {
			req.SetBasicAuth(user, password)
			return nil
		}
		if token, err = s.session(ctx, e, user, password); err != nil {
			return err
		}
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return nil
}

// session exchanges a login for a token.
func (s *web) session(ctx context.Context, e Endpoint, user, password string) (string, error) {
	body, err := json.Marshal(map[string]string{"username": user, "password": password})
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL+"/api/v1/session", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	got, err := do(e, req)
	if err != nil {
		return "", err
	}
	var answer struct {
		Token string `json:"token"`
	}
	if json.Unmarshal(got.data, &answer) != nil || answer.Token == "" {
		return "", errors.New("the login was not accepted: status " + strconv.Itoa(got.status))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[e.URL] = answer.Token
	return answer.Token, nil
}

func (s *web) forget(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, url)
}

func orElse(text, otherwise string) string {
	if strings.TrimSpace(text) == "" {
		return otherwise
	}
	return text
}
