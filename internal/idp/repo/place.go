package repo

import (
	"fmt"
	"net/url"
	"path"
	"strings"
)

// Place is a file or directory of a repository. An empty Ref is the default branch.
type Place struct{ Repo, Ref, Path string }

// String returns the place for people.
func (p Place) String() string {
	s := p.Repo + "/" + p.Path
	if p.Ref != "" {
		s += " at " + p.Ref
	}
	return s
}

// URL returns the address of a file in the server's web view, as pods see it; that
// is how locations name it.
func (c *Client) URL(p Place) string { return c.opt.URL + p.suffix("file") }

// TreeURL returns the address of a directory in the server's web view.
func (c *Client) TreeURL(p Place) string { return c.opt.URL + p.suffix("tree") }

func (p Place) suffix(view string) string {
	s := "/" + p.Repo
	if p.Path != "" {
		s += "/" + view + "/" + escapePath(p.Path)
	}
	return s + query(p.Ref, "")
}

// CloneURL returns what to clone, and what Argo CD calls the repository.
func (c *Client) CloneURL(name string) string { return c.opt.URL + "/" + name + ".git" }

// Open returns address as the learner's browser reaches it: addresses of the git
// server become public ones, others stay.
func (c *Client) Open(address string) string {
	if rest, ok := strings.CutPrefix(address, c.opt.URL); ok && (rest == "" || rest[0] == '/') {
		return c.opt.Public + strings.TrimSuffix(rest, ".git")
	}
	return address
}

// Host returns the host and port by which RepoUrlPicker values name the server.
func (c *Client) Host() string {
	u, err := url.Parse(c.opt.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// Parse reads an address of the git server: a file or directory of the web view, a
// raw file of the API, or a repository with or without .git. It never leaves the
// server; another one is an error that says so.
func (c *Client) Parse(address string) (Place, error) {
	address = strings.TrimPrefix(address, "url:")
	u, err := url.Parse(address)
	if err != nil {
		return Place{}, fmt.Errorf("%.200q is no address: %w", address, err)
	}
	rest, ours := "", false
	for _, base := range []string{c.opt.URL, c.opt.Public} {
		if b, err := url.Parse(base); err == nil && strings.EqualFold(b.Host, u.Host) {
			rest, ours = u.Path, true
		}
	}
	if !ours {
		return Place{}, fmt.Errorf("%.200q is not in the lab's git server, %s, and the lab reaches no other", address, c.opt.URL)
	}
	p := Place{Ref: u.Query().Get("ref")}
	parts := strings.Split(strings.Trim(rest, "/"), "/")
	switch {
	case len(parts) >= 5 && parts[0] == "api" && parts[2] == "repos" && parts[4] == "raw":
		p.Repo, p.Path = parts[3], strings.Join(parts[5:], "/")
	case len(parts) >= 2 && (parts[1] == "file" || parts[1] == "tree"):
		p.Repo, p.Path = parts[0], strings.Join(parts[2:], "/")
	case len(parts) == 1 && parts[0] != "":
		p.Repo = strings.TrimSuffix(parts[0], ".git")
	default:
		return Place{}, fmt.Errorf("%.200q names no file of a repository; write %s/<repository>/file/<path>", address, c.opt.URL)
	}
	return p, nil
}

// Join returns the place that target names as seen from the file at p: a relative
// path, or an address of the git server. A path out of the repository is an error.
func (c *Client) Join(p Place, target string) (Place, error) {
	if strings.Contains(target, "://") {
		return c.Parse(target)
	}
	if strings.HasPrefix(target, "/") {
		return Place{p.Repo, p.Ref, strings.TrimPrefix(path.Clean(target), "/")}, nil
	}
	joined := path.Join(path.Dir("/"+p.Path), target)
	depth := strings.Count(path.Clean("/"+path.Dir(p.Path)), "/")
	if path.Dir(p.Path) == "." {
		depth = 0
	}
	if ups := strings.Count(path.Clean(target)+"/", "../"); strings.HasPrefix(path.Clean(target), "..") && ups > depth {
		return Place{}, fmt.Errorf("%q leads out of the repository", target)
	}
	return Place{p.Repo, p.Ref, strings.TrimPrefix(joined, "/")}, nil
}
