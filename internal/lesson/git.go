package lesson

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	"github.com/go-git/go-git/v5/storage/memory"
)

const (
	// newestCommits is how many commits a lesson sees.
	newestCommits = 30
	// forgetRepository is how long a copy that nobody asks for is kept.
	forgetRepository = 10 * time.Minute
)

// git reads repositories of the endpoint "git". It keeps a copy of each in memory,
// which it brings up to date when the refs have changed: asking for them is cheap.
type git struct {
	find Endpoints

	mu     sync.Mutex
	copies map[string]*gitCopy // by repository
}

// gitCopy is what is known of one repository.
type gitCopy struct {
	mu     sync.Mutex
	repo   *gogit.Repository
	refs   string         // all of them, as they were when the copy was made
	values map[string]any // by Watch, for these refs
	used   time.Time      // guarded by git.mu
}

// Git reads repositories over git's own protocol.
func Git(endpoints Endpoints) Source { return &git{find: endpoints, copies: map[string]*gitCopy{}} }

// Read implements Source.
func (g *git) Read(ctx context.Context, w Watch) (any, error) {
	e, err := g.find("git")
	if err != nil {
		return nil, err
	}
	if e.URL == "" {
		return nil, errors.New("the git server is not there yet")
	}
	var auth transport.AuthMethod
	if e.Login != nil {
		user, password, err := e.Login(ctx)
		if err != nil {
			return nil, err
		}
		auth = &githttp.BasicAuth{Username: user, Password: password}
	}
	c := g.copy(w.Git.Repository)
	c.mu.Lock()
	defer c.mu.Unlock()
	value, err := c.read(ctx, w, e.URL+"/"+url.PathEscape(w.Git.Repository)+".git", auth)
	if err != nil {
		return nil, fmt.Errorf("read repository %s: %w", w.Git.Repository, err)
	}
	return value, nil
}

// copy returns the copy of a repository and drops those that nobody has asked for.
func (g *git) copy(name string) *gitCopy {
	g.mu.Lock()
	defer g.mu.Unlock()
	for other, c := range g.copies {
		if time.Since(c.used) > forgetRepository {
			delete(g.copies, other)
		}
	}
	if g.copies[name] == nil {
		g.copies[name] = &gitCopy{values: map[string]any{}}
	}
	g.copies[name].used = time.Now()
	return g.copies[name]
}

func (c *gitCopy) read(ctx context.Context, w Watch, url string, auth transport.AuthMethod) (any, error) {
	remote := gogit.NewRemote(memory.NewStorage(), &config.RemoteConfig{Name: "origin", URLs: []string{url}})
	refs, err := remote.ListContext(ctx, &gogit.ListOptions{Auth: auth, PeelingOption: gogit.IgnorePeeled})
	if errors.Is(err, transport.ErrRepositoryNotFound) || errors.Is(err, transport.ErrEmptyRemoteRepository) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if now := describeRefs(refs); now != c.refs || c.repo == nil {
		if err := c.fetch(ctx, url, auth); err != nil {
			return nil, err
		}
		c.refs, c.values = now, map[string]any{}
	}
	key := w.key()
	if _, known := c.values[key]; !known {
		value, err := c.value(w.Git, refs)
		if err != nil {
			return nil, err
		}
		c.values[key] = value
	}
	return c.values[key], nil
}

// describeRefs is the same for the same refs.
func describeRefs(refs []*plumbing.Reference) string {
	lines := make([]string, len(refs))
	for i, r := range refs {
		lines[i] = r.Name().String() + " " + r.Hash().String()
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// fetch makes the copy, or brings it up to date. One that cannot be, for history may
// have been rewritten, is made anew.
func (c *gitCopy) fetch(ctx context.Context, url string, auth transport.AuthMethod) error {
	if c.repo == nil {
		repo, err := gogit.Init(memory.NewStorage(), nil)
		if err != nil {
			return err
		}
		if _, err := repo.CreateRemote(&config.RemoteConfig{Name: "origin", URLs: []string{url}}); err != nil {
			return err
		}
		c.repo = repo
	}
	err := c.repo.FetchContext(ctx, &gogit.FetchOptions{Auth: auth, Force: true, Tags: gogit.AllTags,
		RefSpecs: []config.RefSpec{"+refs/heads/*:refs/remotes/origin/*"}})
	if err != nil && !errors.Is(err, gogit.NoErrAlreadyUpToDate) {
		c.repo = nil
		return err
	}
	return nil
}

// value is what a lesson sees, nil where the branch does not exist.
func (c *gitCopy) value(w *GitWatch, refs []*plumbing.Reference) (any, error) {
	branch := orElse(w.Branch, "main")
	branches, tags, head := []any{}, []any{}, plumbing.ZeroHash
	for _, r := range refs {
		switch {
		case r.Name().IsBranch():
			branches = append(branches, r.Name().Short())
			if r.Name().Short() == branch {
				head = r.Hash()
			}
		case r.Name().IsTag():
			tags = append(tags, r.Name().Short())
		}
	}
	if head.IsZero() {
		return nil, nil
	}
	tip, err := c.repo.CommitObject(head)
	if err != nil {
		return nil, err
	}
	commits, err := c.newest(head)
	if err != nil {
		return nil, err
	}
	files, err := readFiles(tip, w.Files)
	return map[string]any{"head": head.String(), "branch": branch, "commits": commits, "files": files,
		"branches": branches, "tags": tags}, err
}

// newest returns the newest commits that lead to head.
func (c *gitCopy) newest(head plumbing.Hash) ([]any, error) {
	log, err := c.repo.Log(&gogit.LogOptions{From: head, Order: gogit.LogOrderCommitterTime})
	if err != nil {
		return nil, err
	}
	defer log.Close()
	out := []any{}
	for len(out) < newestCommits {
		commit, err := log.Next()
		if err != nil {
			break // there are no more
		}
		files, err := changedFiles(commit)
		if err != nil {
			return nil, err
		}
		parents := []any{}
		for _, p := range commit.ParentHashes {
			parents = append(parents, p.String())
		}
		out = append(out, map[string]any{"id": commit.Hash.String(), "parents": parents, "author": commit.Author.Name,
			"email": commit.Author.Email, "message": strings.TrimSpace(commit.Message), "time": commit.Committer.When.UTC(), "files": files})
	}
	return out, nil
}

// changedFiles are the paths that a commit changed against its first parent.
func changedFiles(commit *object.Commit) ([]any, error) {
	tree, err := commit.Tree()
	if err != nil {
		return nil, err
	}
	before := &object.Tree{}
	if commit.NumParents() > 0 {
		parent, err := commit.Parent(0)
		if err != nil {
			return nil, err
		}
		if before, err = parent.Tree(); err != nil {
			return nil, err
		}
	}
	changes, err := object.DiffTree(before, tree)
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, change := range changes {
		out = append(out, orElse(change.To.Name, change.From.Name))
	}
	return out, nil
}

// readFiles reads those of the files that are there.
func readFiles(commit *object.Commit, names []string) (map[string]any, error) {
	out := map[string]any{}
	for _, name := range names {
		file, err := commit.File(name)
		if errors.Is(err, object.ErrFileNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		text, err := file.Contents()
		if err != nil {
			return nil, err
		}
		out[name] = text
	}
	return out, nil
}
