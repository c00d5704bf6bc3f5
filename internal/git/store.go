package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// What can go wrong with a repository, to be told apart by errors.Is.
var (
	ErrNotFound = errors.New("not found")
	ErrExists   = errors.New("repository exists already")
	ErrName     = errors.New("bad repository name")
)

const (
	repoSuffix     = ".git"
	defaultBranch  = "main"
	maxDescription = 300
)

var nameRule = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)

// Repo is a repository as lists and the API show it.
type Repo struct {
	Name          string `json:"name"`
	Description   string `json:"description"`
	DefaultBranch string `json:"defaultBranch"`
	// Head is the commit at the tip of the default branch; empty when there is none.
	Head string `json:"head"`
	// Updated is the time of the newest commit of any branch.
	Updated  *time.Time `json:"updated,omitempty"`
	HTMLURL  string     `json:"htmlUrl"`
	CloneURL string     `json:"cloneUrl"`
}

// updated is the time of the newest commit; long ago where there is none.
func (r Repo) updated() time.Time {
	if r.Updated == nil {
		return time.Time{}
	}
	return *r.Updated
}

// Store keeps bare repositories as directories <root>/<name>.git. Its methods may
// be called from several goroutines; changes to one repository are serialised.
type Store struct {
	root    string
	baseURL string
	run     *runner

	mu    sync.Mutex
	locks map[string]*sync.Mutex
}

// NewStore opens the repositories below o.Root and removes what an interrupted
// creation or deletion left there.
func NewStore(o Options) (*Store, error) {
	o = o.withDefaults()
	root, err := filepath.Abs(o.Root) // git runs in other directories
	if err != nil {
		return nil, fmt.Errorf("open the repositories: %w", err)
	}
	o.Root = root
	entries, err := os.ReadDir(o.Root)
	if err != nil {
		return nil, fmt.Errorf("open the repositories: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".tmp-") {
			if err := os.RemoveAll(filepath.Join(o.Root, e.Name())); err != nil {
				return nil, fmt.Errorf("clear an interrupted change: %w", err)
			}
		}
	}
	return &Store{root: o.Root, baseURL: o.BaseURL, run: newRunner(o), locks: map[string]*sync.Mutex{}}, nil
}

// ready says whether the directory of the repositories can be read.
func (s *Store) ready() error {
	dir, err := os.Open(s.root)
	if err != nil {
		return fmt.Errorf("read the repositories: %w", err)
	}
	defer dir.Close()
	if _, err := dir.Readdirnames(1); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the repositories: %w", err)
	}
	return nil
}

// checkName says whether name may be a repository's.
func checkName(name string) error {
	bad := !nameRule.MatchString(name) || strings.Contains(name, "..")
	switch name { // addresses of this server
	case "api", "metrics", "healthz", "readyz", "favicon.ico", "robots.txt":
		bad = true
	}
	for _, suffix := range []string{repoSuffix, ".lock", "."} {
		bad = bad || strings.HasSuffix(name, suffix)
	}
	if bad {
		return fmt.Errorf("%w %q: use 1-63 lower-case letters, digits, '-', '_' or '.', beginning with a letter or digit", ErrName, name)
	}
	return nil
}

// path returns the directory of an existing repository.
func (s *Store) path(name string) (string, error) {
	if checkName(name) != nil {
		return "", fmt.Errorf("repository: %w", ErrNotFound)
	}
	dir := filepath.Join(s.root, name+repoSuffix)
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return "", fmt.Errorf("repository %s: %w", name, ErrNotFound)
	}
	return dir, nil
}

// lock serialises changes of one repository; the returned function unlocks.
func (s *Store) lock(name string) func() {
	s.mu.Lock()
	l, ok := s.locks[name]
	if !ok {
		l = &sync.Mutex{}
		s.locks[name] = l
	}
	s.mu.Unlock()
	l.Lock()
	return l.Unlock
}

// Create makes an empty repository with the default branch main. It returns
// ErrName or ErrExists where the name does not fit or is taken.
func (s *Store) Create(ctx context.Context, name, description string) (Repo, error) {
	if err := checkName(name); err != nil {
		return Repo{}, err
	}
	defer s.lock(name)()
	if _, err := s.path(name); err == nil {
		return Repo{}, fmt.Errorf("create %s: %w", name, ErrExists)
	}
	tmp, err := os.MkdirTemp(s.root, ".tmp-new-")
	if err != nil {
		return Repo{}, fmt.Errorf("create %s: %w", name, err)
	}
	defer os.RemoveAll(tmp)
	dir := filepath.Join(tmp, "repo")
	if _, _, err := s.run.output(ctx, "", 4<<10, "init", "--bare", "--quiet", "--template=", "--initial-branch="+defaultBranch, dir); err != nil {
		return Repo{}, fmt.Errorf("create %s: %w", name, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "description"), []byte(cleanDescription(description)), 0o644); err != nil {
		return Repo{}, fmt.Errorf("describe %s: %w", name, err)
	}
	if err := os.Rename(dir, filepath.Join(s.root, name+repoSuffix)); err != nil {
		return Repo{}, fmt.Errorf("create %s: %w", name, err)
	}
	return s.Get(ctx, name)
}

// Delete removes a repository and its history, or returns ErrNotFound.
func (s *Store) Delete(_ context.Context, name string) error {
	defer s.lock(name)()
	dir, err := s.path(name)
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(s.root, ".tmp-old-")
	if err != nil {
		return fmt.Errorf("delete %s: %w", name, err)
	}
	if err := os.Rename(dir, filepath.Join(tmp, "repo")); err != nil {
		return fmt.Errorf("delete %s: %w", name, err)
	}
	if err := os.RemoveAll(tmp); err != nil {
		return fmt.Errorf("delete %s: %w", name, err)
	}
	return nil
}

// maintain packs the repository where git finds it worthwhile.
func (s *Store) maintain(ctx context.Context, name string, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	defer s.lock(name)()
	dir, err := s.path(name)
	if err != nil { // deleted meanwhile
		return
	}
	if _, _, err := s.run.output(ctx, dir, 64<<10, "gc", "--auto", "--quiet"); err != nil {
		log.Warn("pack a repository", "repo", name, "err", err)
	}
}

// List returns all repositories by name.
func (s *Store) List(ctx context.Context) ([]Repo, error) {
	entries, err := os.ReadDir(s.root)
	if err != nil {
		return nil, fmt.Errorf("list repositories: %w", err)
	}
	repos := []Repo{}
	for _, e := range entries {
		name, isRepo := strings.CutSuffix(e.Name(), repoSuffix)
		if !isRepo || checkName(name) != nil {
			continue
		}
		repo, err := s.Get(ctx, name)
		if errors.Is(err, ErrNotFound) { // deleted meanwhile
			continue
		}
		if err != nil {
			return nil, err
		}
		repos = append(repos, repo)
	}
	return repos, nil
}

// Get returns one repository, or ErrNotFound.
func (s *Store) Get(ctx context.Context, name string) (Repo, error) {
	dir, err := s.path(name)
	if err != nil {
		return Repo{}, err
	}
	description, _ := os.ReadFile(filepath.Join(dir, "description"))
	repo := Repo{
		Name: name, Description: string(description), DefaultBranch: headBranch(dir),
		HTMLURL: s.baseURL + "/" + name, CloneURL: s.baseURL + "/" + name + repoSuffix,
	}
	branches, err := s.branches(ctx, dir)
	if err != nil {
		return Repo{}, fmt.Errorf("read %s: %w", name, err)
	}
	for _, b := range branches {
		if b.Name == repo.DefaultBranch {
			repo.Head = b.ID
		}
		if repo.Updated == nil || b.Time.After(*repo.Updated) {
			repo.Updated = &b.Time
		}
	}
	return repo, nil
}

// cleanDescription makes a single short line of s.
func cleanDescription(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > maxDescription {
		s = string(r[:maxDescription])
	}
	return s
}
