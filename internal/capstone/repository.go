package capstone

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"time"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-billy/v5/memfs"
	"github.com/go-git/go-billy/v5/util"
	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	"github.com/go-git/go-git/v5/storage/memory"
)

const branch = plumbing.ReferenceName("refs/heads/main")

// repository is the platform repository on the git server.
type repository struct {
	url  string
	auth func(ctx context.Context) (user, password string, err error)
	api  api
}

// checkout is a clone in memory.
type checkout struct {
	repo  *git.Repository
	files billy.Filesystem
	auth  transport.AuthMethod
	// fresh is true while nothing was ever committed.
	fresh bool
}

// open clones the repository's branch main; one that is empty or does not exist yet
// gives a fresh checkout.
func (r repository) open(ctx context.Context) (*checkout, error) {
	auth, err := r.method(ctx)
	if err != nil {
		return nil, err
	}
	c := &checkout{files: memfs.New(), auth: auth}
	c.repo, err = git.CloneContext(ctx, memory.NewStorage(), c.files, &git.CloneOptions{
		URL: r.url, Auth: auth, ReferenceName: branch, SingleBranch: true,
	})
	missing := errors.Is(err, transport.ErrRepositoryNotFound)
	empty := errors.Is(err, transport.ErrEmptyRemoteRepository) || errors.Is(err, plumbing.ErrReferenceNotFound) ||
		errors.As(err, &git.NoMatchingRefSpecError{})
	switch {
	case err == nil:
		return c, nil
	case missing:
		if err := r.create(ctx); err != nil {
			return nil, err
		}
	case !empty:
		return nil, fmt.Errorf("clone %s: %w", r.url, err)
	}
	return r.begin(auth)
}

// begin returns a checkout without a commit.
func (r repository) begin(auth transport.AuthMethod) (*checkout, error) {
	c := &checkout{files: memfs.New(), auth: auth, fresh: true}
	var err error
	c.repo, err = git.InitWithOptions(memory.NewStorage(), c.files, git.InitOptions{DefaultBranch: branch})
	if err != nil {
		return nil, fmt.Errorf("begin a repository: %w", err)
	}
	_, err = c.repo.CreateRemote(&config.RemoteConfig{Name: "origin", URLs: []string{r.url}})
	if err != nil {
		return nil, fmt.Errorf("begin a repository: %w", err)
	}
	return c, nil
}

func (r repository) method(ctx context.Context) (transport.AuthMethod, error) {
	if r.auth == nil {
		return nil, nil
	}
	user, password, err := r.auth(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the credentials of the git server: %w", err)
	}
	return &githttp.BasicAuth{Username: user, Password: password}, nil
}

// create makes the repository; one that exists is no error.
func (r repository) create(ctx context.Context) error {
	err := r.api.call(ctx, http.MethodPost, "/api/v1/repos", map[string]string{"name": "platform"}, nil)
	if status := (*statusError)(nil); errors.As(err, &status) && status.status == http.StatusConflict {
		return nil
	}
	return err
}

// remove deletes the repository; one that does not exist is no error.
func (r repository) remove(ctx context.Context) error {
	err := r.api.call(ctx, http.MethodDelete, "/api/v1/repos/platform", nil, nil)
	if status := (*statusError)(nil); errors.As(err, &status) && status.status == http.StatusNotFound {
		return nil
	}
	return err
}

// head returns the id of the newest commit.
func (c *checkout) head() (string, error) {
	ref, err := c.repo.Reference(branch, true)
	if err != nil {
		return "", fmt.Errorf("read the head of the platform repository: %w", err)
	}
	return ref.Hash().String(), nil
}

// add writes the files of seed that the checkout lacks and returns their number;
// files that exist are never overwritten.
func (c *checkout) add(seed fs.FS) (int, error) {
	added := 0
	err := fs.WalkDir(seed, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if _, err := c.files.Stat(path); !errors.Is(err, os.ErrNotExist) {
			return err
		}
		content, err := fs.ReadFile(seed, path)
		if err != nil {
			return err
		}
		added++
		return c.write(path, content)
	})
	if err != nil {
		return 0, fmt.Errorf("write the platform repository's files: %w", err)
	}
	return added, nil
}

func (c *checkout) write(path string, content []byte) error {
	return util.WriteFile(c.files, path, content, 0o644)
}

func (c *checkout) read(path string) ([]byte, error) {
	f, err := c.files.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// push commits everything and pushes it to main; it returns the commit's id.
func (c *checkout) push(ctx context.Context, message string) (string, error) {
	tree, err := c.repo.Worktree()
	if err != nil {
		return "", fmt.Errorf("commit: %w", err)
	}
	if err := tree.AddWithOptions(&git.AddOptions{All: true}); err != nil {
		return "", fmt.Errorf("commit: %w", err)
	}
	author := &object.Signature{Name: "labbox capstone", Email: "capstone@labbox.local", When: time.Now()}
	id, err := tree.Commit(message, &git.CommitOptions{Author: author})
	if err != nil {
		return "", fmt.Errorf("commit: %w", err)
	}
	err = c.repo.PushContext(ctx, &git.PushOptions{
		Auth: c.auth, RefSpecs: []config.RefSpec{config.RefSpec(branch + ":" + branch)},
	})
	if err != nil {
		return "", problem("push a commit to the platform repository", err.Error(), "the git server to take it",
			"If somebody pushed at the same time, run the capstone again; else look at: labbox logs git")
	}
	return id.String(), nil
}
