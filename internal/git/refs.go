package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// ErrRef says that a branch, tag or commit is not named the way one can be.
var ErrRef = errors.New("bad ref")

// Anything that git might take for an option or an expression stays out.
var refRule = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._/+-]{0,199}$`)

// Branch is a branch and the commit at its tip.
type Branch struct {
	Name string    `json:"name"`
	ID   string    `json:"id"`
	Time time.Time `json:"time"`
}

// headBranch returns the branch that HEAD of the repository dir names.
func headBranch(dir string) string {
	head, err := os.ReadFile(filepath.Join(dir, "HEAD"))
	if err != nil {
		return defaultBranch
	}
	branch, ok := strings.CutPrefix(strings.TrimSpace(string(head)), "ref: refs/heads/")
	if !ok {
		return defaultBranch
	}
	return branch
}

// branches returns all branches, the one with the newest commit first.
func (s *Store) branches(ctx context.Context, dir string) ([]Branch, error) {
	out, _, err := s.run.output(ctx, dir, 1<<20, "for-each-ref", "--sort=-committerdate",
		"--format=%(refname:lstrip=2)%00%(objectname)%00%(committerdate:iso-strict)", "refs/heads/")
	if err != nil {
		return nil, err
	}
	branches := []Branch{}
	for line := range strings.Lines(string(out)) {
		field := strings.Split(strings.TrimSuffix(line, "\n"), "\x00")
		if len(field) != 3 {
			continue
		}
		when, _ := time.Parse(time.RFC3339, field[2])
		branches = append(branches, Branch{Name: field[0], ID: field[1], Time: when})
	}
	return branches, nil
}

// Branches returns the branches of a repository, the newest commit first.
func (s *Store) Branches(ctx context.Context, name string) ([]Branch, error) {
	dir, err := s.path(name)
	if err != nil {
		return nil, err
	}
	return s.branches(ctx, dir)
}

// allRefs returns every ref with its object, to compare before and after a push.
func (s *Store) allRefs(ctx context.Context, dir string) (map[string]string, error) {
	out, cut, err := s.run.output(ctx, dir, 16<<20, "for-each-ref", "--format=%(objectname) %(refname)")
	if err != nil {
		return nil, err
	}
	if cut {
		return nil, errors.New("more refs than this server reads")
	}
	refs := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if id, ref, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " "); ok {
			refs[ref] = id
		}
	}
	return refs, nil
}

// resolve returns the directory of the repository and the commit that ref names;
// an empty ref is the default branch. ErrNotFound where either does not exist.
func (s *Store) resolve(ctx context.Context, name, ref string) (dir, id string, err error) {
	dir, err = s.path(name)
	if err != nil {
		return "", "", err
	}
	if ref == "" {
		ref = headBranch(dir)
	}
	if !refRule.MatchString(ref) || strings.Contains(ref, "..") {
		return "", "", fmt.Errorf("%w %.60q", ErrRef, ref)
	}
	for _, candidate := range []string{"refs/heads/" + ref, ref} { // a branch wins over a tag
		out, _, err := s.run.output(ctx, dir, 256, "rev-parse", "--verify", "--quiet", candidate+"^{commit}")
		if err == nil {
			return dir, strings.TrimSpace(string(out)), nil
		}
		if ctx.Err() != nil || errors.Is(err, errBusy) {
			return "", "", err
		}
	}
	return "", "", fmt.Errorf("ref %s of %s: %w", ref, name, ErrNotFound)
}

// adoptHead points HEAD to the only branch, where HEAD names one that does not
// exist: someone pushed master first.
func (s *Store) adoptHead(ctx context.Context, dir string) error {
	branches, err := s.branches(ctx, dir)
	if err != nil || len(branches) != 1 || branches[0].Name == headBranch(dir) {
		return err
	}
	_, _, err = s.run.output(ctx, dir, 4<<10, "symbolic-ref", "HEAD", "refs/heads/"+branches[0].Name)
	return err
}
