package git

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	maxCommits   = 200
	maxLogBytes  = 4 << 20
	maxDiffBytes = 512 << 10
)

// Person is who wrote a commit.
type Person struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Commit is one commit, without what it changed.
type Commit struct {
	ID      string    `json:"id"`
	Parents []string  `json:"parents"`
	Author  Person    `json:"author"`
	Time    time.Time `json:"time"` // when it was committed
	Subject string    `json:"subject"`
	Body    string    `json:"body,omitempty"`
}

// Change is what a commit did to one file: added, modified or removed.
type Change struct {
	Path   string `json:"path"`
	Status string `json:"status"`
}

// commitFormat prints six NUL-separated fields, none of which can hold a NUL.
const (
	commitFormat = "--format=%H%x00%P%x00%an%x00%ae%x00%cI%x00%B"
	commitFields = 6
)

// LogQuery selects commits.
type LogQuery struct {
	Ref   string // empty: the default branch
	Path  string // empty: all
	Limit int    // 0: 50; never more than 200
	Skip  int
}

// Log returns commits, newest first. An empty repository has none.
func (s *Store) Log(ctx context.Context, name string, q LogQuery) ([]Commit, error) {
	dir, id, err := s.resolve(ctx, name, q.Ref)
	if err != nil {
		if q.Ref == "" && dir == "" && s.isEmpty(ctx, name) {
			return []Commit{}, nil
		}
		return nil, err
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	args := []string{"log", "-z", commitFormat, "--max-count=" + strconv.Itoa(min(q.Limit, maxCommits)),
		"--skip=" + strconv.Itoa(max(q.Skip, 0)), id, "--"}
	if q.Path != "" {
		args = append(args, q.Path)
	}
	out, _, err := s.run.output(ctx, dir, maxLogBytes, args...)
	if err != nil {
		return nil, fmt.Errorf("log of %s: %w", name, err)
	}
	return parseCommits(string(out)), nil
}

// isEmpty says that the repository exists and has no commit on its default branch.
func (s *Store) isEmpty(ctx context.Context, name string) bool {
	repo, err := s.Get(ctx, name)
	return err == nil && repo.Head == ""
}

// Show returns one commit, the files it changed against its first parent, and its
// patch, cut after half a megabyte.
func (s *Store) Show(ctx context.Context, name, ref string) (Commit, []Change, string, error) {
	dir, id, err := s.resolve(ctx, name, ref)
	if err != nil {
		return Commit{}, nil, "", err
	}
	out, _, err := s.run.output(ctx, dir, maxLogBytes, "log", "-z", commitFormat, "--max-count=1", id, "--")
	if err != nil {
		return Commit{}, nil, "", fmt.Errorf("show %s of %s: %w", id, name, err)
	}
	commits := parseCommits(string(out))
	if len(commits) != 1 {
		return Commit{}, nil, "", fmt.Errorf("show %s of %s: unreadable commit", id, name)
	}
	changes, err := s.changes(ctx, dir, commits[0])
	if err != nil {
		return Commit{}, nil, "", err
	}
	patch, cut, err := s.run.output(ctx, dir, maxDiffBytes, "show", "--format=", "--patch", "--no-color", "--no-ext-diff",
		"--no-textconv", "--diff-merges=first-parent", id, "--")
	if err != nil {
		return Commit{}, nil, "", fmt.Errorf("diff of %s: %w", id, err)
	}
	text := strings.ToValidUTF8(string(patch), "\uFFFD")
	if cut {
		text += "\n…\n"
	}
	return commits[0], changes, text, nil
}

// changes returns the files that c changed against its first parent.
func (s *Store) changes(ctx context.Context, dir string, c Commit) ([]Change, error) {
	args := []string{"diff-tree", "--no-commit-id", "--root", "-r", "-z", "--no-renames", "--name-status"}
	if len(c.Parents) > 0 {
		args = append(args, c.Parents[0])
	}
	out, cut, err := s.run.output(ctx, dir, 1<<20, append(args, c.ID, "--")...)
	if err != nil {
		return nil, fmt.Errorf("files of %s: %w", c.ID, err)
	}
	field := strings.Split(string(out), "\x00")
	if cut {
		field = field[:len(field)-1]
	}
	status := map[string]string{"A": "added", "D": "removed"}
	list := []Change{}
	for i := 0; i+1 < len(field); i += 2 {
		word, known := status[field[i]]
		if !known {
			word = "modified"
		}
		list = append(list, Change{Path: field[i+1], Status: word})
	}
	return list, nil
}

func parseCommits(out string) []Commit {
	field := strings.Split(out, "\x00")
	commits := []Commit{}
	for ; len(field) >= commitFields; field = field[commitFields:] {
		when, _ := time.Parse(time.RFC3339, field[4])
		subject, body, _ := strings.Cut(strings.TrimSpace(strings.ToValidUTF8(field[5], "\uFFFD")), "\n")
		commits = append(commits, Commit{
			ID: field[0], Parents: append([]string{}, strings.Fields(field[1])...),
			Author: Person{Name: strings.ToValidUTF8(field[2], "\uFFFD"), Email: strings.ToValidUTF8(field[3], "\uFFFD")},
			Time:   when, Subject: subject, Body: strings.TrimSpace(body),
		})
	}
	return commits
}
