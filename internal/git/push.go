package git

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// maxPayloadCommits bounds what a webhook tells about one push.
const maxPayloadCommits = 20

// Push is one ref that a push has changed. Before or After is forty zeros where the
// ref was created or deleted.
type Push struct {
	Repo   string
	Ref    string
	Before string
	After  string
	Time   time.Time
}

// Payload is a push in the format of Gogs webhooks, as far as receivers use it.
// Argo CD finds its applications by repository.html_url, the branch by ref and
// default_branch, and skips applications none of whose files are named; a payload
// that names no file at all concerns every application of the repository.
type Payload struct {
	Ref        string          `json:"ref"`
	Before     string          `json:"before"`
	After      string          `json:"after"`
	CompareURL string          `json:"compare_url"`
	Commits    []PayloadCommit `json:"commits"`
	Repository PayloadRepo     `json:"repository"`
	Pusher     PayloadUser     `json:"pusher"`
	Sender     PayloadUser     `json:"sender"`
}

// PayloadCommit is one commit of a Payload and the files it touched.
type PayloadCommit struct {
	ID        string      `json:"id"`
	Message   string      `json:"message"`
	URL       string      `json:"url"`
	Author    PayloadUser `json:"author"`
	Committer PayloadUser `json:"committer"`
	Added     []string    `json:"added"`
	Removed   []string    `json:"removed"`
	Modified  []string    `json:"modified"`
	Timestamp time.Time   `json:"timestamp"`
}

// PayloadRepo is the repository of a Payload.
type PayloadRepo struct {
	ID            int64       `json:"id"`
	Owner         PayloadUser `json:"owner"`
	Name          string      `json:"name"`
	FullName      string      `json:"full_name"`
	Description   string      `json:"description"`
	HTMLURL       string      `json:"html_url"`
	CloneURL      string      `json:"clone_url"`
	DefaultBranch string      `json:"default_branch"`
}

// PayloadUser is a person of a Payload.
type PayloadUser struct {
	Name     string `json:"name,omitempty"`
	Email    string `json:"email"`
	Username string `json:"username"`
}

// Payload describes p for webhooks. Where not every commit of p can be told, none
// names its files, so that no receiver mistakes a part for the whole.
func (s *Store) Payload(ctx context.Context, p Push) (Payload, error) {
	repo, err := s.Get(ctx, p.Repo)
	if err != nil {
		return Payload{}, fmt.Errorf("describe a push: %w", err)
	}
	payload := Payload{
		Ref: p.Ref, Before: p.Before, After: p.After, Commits: []PayloadCommit{},
		Repository: PayloadRepo{
			Name: repo.Name, FullName: repo.Name, Description: repo.Description, HTMLURL: repo.HTMLURL,
			CloneURL: repo.CloneURL, DefaultBranch: repo.DefaultBranch,
		},
	}
	if p.After == zeroID || !strings.HasPrefix(p.Ref, "refs/heads/") {
		return payload, nil
	}
	dir, err := s.path(p.Repo)
	if err != nil {
		return Payload{}, fmt.Errorf("describe a push: %w", err)
	}
	commits, complete, err := s.pushed(ctx, dir, p)
	if err != nil {
		return Payload{}, fmt.Errorf("describe a push: %w", err)
	}
	for _, c := range commits {
		pc := payloadCommit(repo.HTMLURL, c)
		if complete {
			if pc, err = s.withFiles(ctx, dir, c, pc); err != nil {
				return Payload{}, fmt.Errorf("describe a push: %w", err)
			}
		}
		payload.Commits = append(payload.Commits, pc)
	}
	return payload, nil
}

// pushed returns the commits that p brought to its branch, newest first; complete
// is false where there are more, or where p took others away.
func (s *Store) pushed(ctx context.Context, dir string, p Push) (commits []Commit, complete bool, err error) {
	args := []string{"log", "-z", commitFormat, fmt.Sprintf("--max-count=%d", maxPayloadCommits+1), p.After}
	complete = true
	if p.Before != zeroID {
		args = append(args, "^"+p.Before)
		_, _, err := s.run.output(ctx, dir, 256, "merge-base", "--is-ancestor", p.Before, p.After)
		complete = err == nil // otherwise history was rewritten
	}
	out, cut, err := s.run.output(ctx, dir, maxLogBytes, append(args, "--")...)
	if err != nil {
		return nil, false, err
	}
	commits = parseCommits(string(out))
	if len(commits) > maxPayloadCommits {
		return commits[:maxPayloadCommits], false, nil
	}
	return commits, complete && !cut, nil
}

func payloadCommit(htmlURL string, c Commit) PayloadCommit {
	who := PayloadUser{Name: c.Author.Name, Email: c.Author.Email, Username: c.Author.Name}
	message := c.Subject
	if c.Body != "" {
		message += "\n\n" + c.Body
	}
	return PayloadCommit{
		ID: c.ID, Message: message, URL: htmlURL + "/commit/" + c.ID, Author: who, Committer: who,
		Added: []string{}, Removed: []string{}, Modified: []string{}, Timestamp: c.Time,
	}
}

func (s *Store) withFiles(ctx context.Context, dir string, c Commit, pc PayloadCommit) (PayloadCommit, error) {
	changes, err := s.changes(ctx, dir, c)
	for _, change := range changes {
		switch change.Status {
		case "added":
			pc.Added = append(pc.Added, change.Path)
		case "removed":
			pc.Removed = append(pc.Removed, change.Path)
		default:
			pc.Modified = append(pc.Modified, change.Path)
		}
	}
	return pc, err
}
