// Package client speaks the REST interface of OpenFaaS, as the lab's own gateway and
// any other one serve it.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// DefaultNamespace is where functions are unless something else is said.
const DefaultNamespace = "openfaas-fn"

// Client calls one gateway. It is safe for concurrent use.
type Client struct {
	// URL is without a trailing slash.
	URL            string
	User, Password string
	// HTTP sends the requests; it must not follow redirects, which belong to functions.
	HTTP *http.Client
}

// New returns a Client that gives up a management call after a minute; calls of
// functions and logs last as long as their context.
func New(url, user, password string) *Client {
	return &Client{URL: strings.TrimSuffix(url, "/"), User: user, Password: password, HTTP: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Deployment is what the gateway is asked to run.
type Deployment struct {
	Service                string            `json:"service"`
	Image                  string            `json:"image"`
	Namespace              string            `json:"namespace,omitempty"`
	EnvProcess             string            `json:"envProcess,omitempty"`
	EnvVars                map[string]string `json:"envVars,omitempty"`
	Constraints            []string          `json:"constraints,omitempty"`
	Secrets                []string          `json:"secrets,omitempty"`
	Labels                 map[string]string `json:"labels,omitempty"`
	Annotations            map[string]string `json:"annotations,omitempty"`
	Limits                 map[string]string `json:"limits,omitempty"`
	Requests               map[string]string `json:"requests,omitempty"`
	ReadOnlyRootFilesystem bool              `json:"readOnlyRootFilesystem,omitempty"`
}

// Function is the gateway's view of a function.
type Function struct {
	Name              string            `json:"name"`
	Namespace         string            `json:"namespace"`
	Image             string            `json:"image"`
	Replicas          uint64            `json:"replicas"`
	AvailableReplicas uint64            `json:"availableReplicas"`
	InvocationCount   float64           `json:"invocationCount"`
	Labels            map[string]string `json:"labels,omitempty"`
	Annotations       map[string]string `json:"annotations,omitempty"`
	CreatedAt         time.Time         `json:"createdAt"`
}

// Deploy updates the function, or creates it where it does not exist.
func (c *Client) Deploy(ctx context.Context, d Deployment) (created bool, err error) {
	err = c.call(ctx, http.MethodPut, "/system/functions", d, nil)
	if err != nil && lab.AsError(err).Code == lab.CodeNotFound {
		return true, c.call(ctx, http.MethodPost, "/system/functions", d, nil)
	}
	return false, err
}

// List returns the functions of a namespace.
func (c *Client) List(ctx context.Context, namespace string) ([]Function, error) {
	all := []Function{}
	return all, c.call(ctx, http.MethodGet, "/system/functions?namespace="+url.QueryEscape(namespace), nil, &all)
}

// Get returns one function; CodeNotFound when there is none.
func (c *Client) Get(ctx context.Context, name, namespace string) (Function, error) {
	var f Function
	return f, c.call(ctx, http.MethodGet, "/system/function/"+url.PathEscape(name)+"?namespace="+url.QueryEscape(namespace), nil, &f)
}

// Remove deletes the function; CodeNotFound when there is none.
func (c *Client) Remove(ctx context.Context, name, namespace string) error {
	body := map[string]string{"functionName": name, "namespace": namespace}
	return c.call(ctx, http.MethodDelete, "/system/functions?namespace="+url.QueryEscape(namespace), body, nil)
}

// call makes one management call and reads the answer into what is given.
func (c *Client) call(ctx context.Context, method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(data)
	}
	resp, err := c.send(ctx, method, path, reader)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if into == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("read the gateway's answer to %s %s: %w", method, path, err)
	}
	return nil
}

// send makes a management call; the caller closes the body of a good answer.
func (c *Client) send(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.URL+path, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.User != "" {
		req.SetBasicAuth(c.User, c.Password)
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return nil, c.dialError(err)
	}
	if resp.StatusCode < 300 {
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, refusal(resp)
}

func (c *Client) dialError(err error) error {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return lab.Errorf(lab.CodeNotRunning, "Start the lab with: labbox up   See it with: labbox status", "no function gateway answers at %s", c.URL)
	}
	return fmt.Errorf("call the function gateway: %w", err)
}

// refusal turns the gateway's own words into an error.
func refusal(resp *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	message := strings.TrimSpace(string(text))
	if message == "" {
		message = resp.Status
	}
	switch resp.StatusCode {
	case http.StatusNotFound:
		return lab.Errorf(lab.CodeNotFound, "All there are: labbox fn list", "the gateway says: %s", message)
	case http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		return lab.Errorf(lab.CodeUsage, "", "the gateway refuses it: %s", message)
	case http.StatusUnauthorized:
		return lab.Errorf(lab.CodeConfig, "The login: labbox credentials gateway", "the gateway does not take the login")
	case http.StatusServiceUnavailable:
		return lab.Errorf(lab.CodeNotReady, "See the lab: labbox status", "the gateway says: %s", message)
	}
	return fmt.Errorf("the gateway answers %s: %s", resp.Status, message)
}
