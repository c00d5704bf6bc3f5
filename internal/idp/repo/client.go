package repo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

const (
	maxFile   = 4 << 20  // bytes of one file
	maxTree   = 32 << 20 // bytes of all files of a directory
	maxFiles  = 500      // files of a directory
	timeout   = 30 * time.Second
	maxAnswer = 8 << 20
)

// ErrNotFound says that there is no such repository, ref or path.
var ErrNotFound = errors.New("not found")

// ErrExists says that a repository is there already.
var ErrExists = errors.New("exists already")

// Options say where the git server is.
type Options struct {
	// URL is the server as pods see it, without a slash at the end.
	URL string
	// Public is the same server as the learner's browser sees it; empty: URL.
	Public string
	// Login returns the user who may push; nil where nobody may.
	Login func() (user, password string, err error)
	// HTTP sends the requests; one without proxies when nil.
	HTTP *http.Client
}

// Client talks to the git server. It may be used by several goroutines at once.
type Client struct{ opt Options }

// New returns a client; it sends nothing yet.
func New(o Options) *Client {
	o.URL, o.Public = strings.TrimRight(o.URL, "/"), strings.TrimRight(o.Public, "/")
	if o.Public == "" {
		o.Public = o.URL
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: timeout, Transport: &http.Transport{MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute}}
	}
	return &Client{opt: o}
}

// Repository is one repository as the server lists it.
type Repository struct {
	Name          string `json:"name"`
	Description   string `json:"description"`
	DefaultBranch string `json:"defaultBranch"`
	// Head is the newest commit of the default branch; empty where there is none.
	Head string `json:"head"`
}

// File is one file of a tree.
type File struct {
	Path string
	Data []byte
	// Exec makes the file executable.
	Exec bool
}

// Repositories returns all repositories of the server.
func (c *Client) Repositories(ctx context.Context) ([]Repository, error) {
	var out []Repository
	return out, c.json(ctx, "/api/v1/repos", &out)
}

// Repository returns one repository, or ErrNotFound.
func (c *Client) Repository(ctx context.Context, name string) (Repository, error) {
	var out Repository
	return out, c.json(ctx, "/api/v1/repos/"+url.PathEscape(name), &out)
}

// Read returns a file at ref (empty: the default branch), or ErrNotFound.
func (c *Client) Read(ctx context.Context, p Place) ([]byte, error) {
	resp, err := c.get(ctx, "/api/v1/repos/"+url.PathEscape(p.Repo)+"/raw/"+escapePath(p.Path)+query(p.Ref, ""))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", p, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", p, err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("read %s: larger than %d bytes", p, maxFile)
	}
	return data, nil
}

// Entry is a file or directory.
type Entry struct {
	Name string `json:"name"`
	Path string `json:"path"`
	// Type is file, dir, link or submodule.
	Type string `json:"type"`
	Size int64  `json:"size"`
}

// List returns the entries of a directory, or ErrNotFound.
func (c *Client) List(ctx context.Context, p Place) ([]Entry, error) {
	var out []Entry
	if err := c.json(ctx, "/api/v1/repos/"+url.PathEscape(p.Repo)+"/tree"+query(p.Ref, p.Path), &out); err != nil {
		return nil, fmt.Errorf("list %s: %w", p, err)
	}
	return out, nil
}

// Files returns all files below a directory, their paths relative to it. Links are
// left out. More than 500 files or 32 MiB are an error.
func (c *Client) Files(ctx context.Context, p Place) ([]File, error) {
	var out []File
	total := 0
	var walk func(dir string) error
	walk = func(dir string) error {
		entries, err := c.List(ctx, Place{p.Repo, p.Ref, dir})
		if err != nil {
			return err
		}
		for _, e := range entries {
			switch e.Type {
			case "dir":
				if err := walk(e.Path); err != nil {
					return err
				}
			case "file":
				data, err := c.Read(ctx, Place{p.Repo, p.Ref, e.Path})
				if err != nil {
					return err
				}
				total += len(data)
				if len(out) == maxFiles || total > maxTree {
					return fmt.Errorf("read %s: more than %d files or %d bytes", p, maxFiles, maxTree)
				}
				out = append(out, File{Path: strings.TrimPrefix(strings.TrimPrefix(e.Path, strings.Trim(p.Path, "/")), "/"), Data: data})
			}
		}
		return nil
	}
	return out, walk(strings.Trim(path.Clean("/"+p.Path), "/"))
}

// Create makes an empty repository; ErrExists where there is one.
func (c *Client) Create(ctx context.Context, name, description string) error {
	body, err := json.Marshal(map[string]string{"name": name, "description": description})
	if err != nil {
		return err
	}
	resp, err := c.send(ctx, request{method: http.MethodPost, path: "/api/v1/repos", body: body, media: "application/json", login: true})
	if err != nil {
		return fmt.Errorf("create repository %s: %w", name, err)
	}
	return resp.Body.Close()
}

// LastMessage returns the message of the newest commit; empty in an empty repository.
func (c *Client) LastMessage(ctx context.Context, name string) (string, error) {
	var commits []struct{ Subject, Body string }
	if err := c.json(ctx, "/api/v1/repos/"+url.PathEscape(name)+"/commits?limit=1", &commits); err != nil || len(commits) == 0 {
		return "", err
	}
	return commits[0].Subject + "\n\n" + commits[0].Body, nil
}

func (c *Client) json(ctx context.Context, p string, into any) error {
	resp, err := c.get(ctx, p)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(into)
}

func (c *Client) get(ctx context.Context, p string) (*http.Response, error) {
	return c.send(ctx, request{method: http.MethodGet, path: p})
}

type request struct {
	method, path, media string
	body                []byte
	login               bool
}

// send returns an answer whose status is 2xx; the caller closes its body.
func (c *Client) send(ctx context.Context, r request) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, c.opt.URL+r.path, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	if r.media != "" {
		req.Header.Set("Content-Type", r.media)
	}
	if r.login {
		if c.opt.Login == nil {
			return nil, errors.New("there is no login for the git server")
		}
		user, password, err := c.opt.Login()
		if err != nil {
			return nil, fmt.Errorf("read the login of the git server: %w", err)
		}
		req.SetBasicAuth(user, password)
	}
	resp, err := c.opt.HTTP.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the git server does not answer: %w", err)
	}
	if resp.StatusCode < 300 {
		return resp, nil
	}
	defer resp.Body.Close()
	words, _ := io.ReadAll(io.LimitReader(resp.Body, 300))
	switch resp.StatusCode {
	case http.StatusNotFound:
		return nil, ErrNotFound
	case http.StatusConflict:
		return nil, ErrExists
	}
	return nil, fmt.Errorf("the git server says %s: %s", resp.Status, bytes.TrimSpace(words))
}

func query(ref, p string) string {
	q := url.Values{}
	if ref != "" {
		q.Set("ref", ref)
	}
	if p != "" {
		q.Set("path", p)
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func escapePath(p string) string {
	parts := strings.Split(strings.Trim(p, "/"), "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}
