package cluster

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	maxAnswer = 32 << 20
	manager   = "labbox-idp"
)

// Options say how to reach the API server.
type Options struct {
	// URL of the API server, without a slash at the end.
	URL string
	// TokenFile is read anew for each request: tokens of service accounts expire.
	// Empty: no token is sent.
	TokenFile string
	// HTTP trusts the API server's certificate.
	HTTP *http.Client
}

// InCluster returns the options for a program in a pod.
func InCluster() (Options, error) {
	const dir = "/var/run/secrets/kubernetes.io/serviceaccount"
	host, port := os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")
	if host == "" || port == "" {
		return Options{}, errors.New("find the API server: KUBERNETES_SERVICE_HOST is not set")
	}
	ca, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		return Options{}, fmt.Errorf("find the API server: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		return Options{}, errors.New("find the API server: its certificate authority cannot be read")
	}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: time.Minute,
	}
	return Options{
		URL: "https://" + net.JoinHostPort(host, port), TokenFile: filepath.Join(dir, "token"),
		HTTP: &http.Client{Transport: transport, Timeout: 20 * time.Second},
	}, nil
}

// Client talks to the API server. It may be used by several goroutines at once.
type Client struct{ opt Options }

// New returns a client; it sends nothing yet.
func New(o Options) *Client { return &Client{opt: o} }

// StatusError is what the API server says when it refuses.
type StatusError struct {
	Code    int
	Reason  string
	Message string
}

// Error returns the API server's words.
func (e *StatusError) Error() string { return e.Message }

// IsNotFound says whether err is the API server's answer that there is no such object.
func IsNotFound(err error) bool { return hasCode(err, http.StatusNotFound) }

// IsConflict says whether err is the answer that an object exists already.
func IsConflict(err error) bool { return hasCode(err, http.StatusConflict) }

func hasCode(err error, code int) bool {
	s, ok := errors.AsType[*StatusError](err)
	return ok && s.Code == code
}

// Get decodes the object or list at path into what into points to.
func (c *Client) Get(ctx context.Context, path string, into any) error {
	return c.do(ctx, call{method: http.MethodGet, path: path, into: into})
}

// Create posts an object to the collection at path.
func (c *Client) Create(ctx context.Context, path string, object any) error {
	return c.do(ctx, call{method: http.MethodPost, path: path, media: "application/json", body: object})
}

// Apply brings the object at path about by server-side apply.
func (c *Client) Apply(ctx context.Context, path string, object any) error {
	q := url.Values{"fieldManager": {manager}, "force": {"true"}}
	return c.do(ctx, call{method: http.MethodPatch, path: path + "?" + q.Encode(), media: "application/apply-patch+yaml", body: object})
}

// Patch merges a few fields into the object at path.
func (c *Client) Patch(ctx context.Context, path string, fields any) error {
	return c.do(ctx, call{method: http.MethodPatch, path: path, media: "application/merge-patch+json", body: fields})
}

// Delete removes the object at path, in the background.
func (c *Client) Delete(ctx context.Context, path string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: path, media: "application/json",
		body: map[string]any{"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}})
}

type call struct {
	method, path, media string
	body, into          any
}

func (c *Client) do(ctx context.Context, k call) error {
	var body io.Reader
	if k.body != nil {
		data, err := json.Marshal(k.body)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, k.method, c.opt.URL+k.path, body)
	if err != nil {
		return err
	}
	if k.media != "" {
		req.Header.Set("Content-Type", k.media)
	}
	if c.opt.TokenFile != "" {
		token, err := os.ReadFile(c.opt.TokenFile)
		if err != nil {
			return fmt.Errorf("read the token: %w", err)
		}
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	resp, err := c.opt.HTTP.Do(req)
	if err != nil {
		return fmt.Errorf("the API server does not answer: %w", err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("the API server's answer breaks off: %w", err)
	}
	if resp.StatusCode >= 300 {
		e := &StatusError{Code: resp.StatusCode, Message: resp.Status}
		var status struct{ Reason, Message string }
		if json.Unmarshal(data, &status) == nil && status.Message != "" {
			e.Reason, e.Message = status.Reason, status.Message
		}
		return e
	}
	if k.into == nil {
		return nil
	}
	return json.Unmarshal(data, k.into)
}
