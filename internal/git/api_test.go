package git

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCreateAndDelete(t *testing.T) {
	t.Parallel()
	f := mustServer(t, nil)
	jsonType := map[string]string{"Content-Type": "application/json"}
	post := func(body string) request {
		return request{method: "POST", path: "/api/v1/repos", body: body, auth: true, header: jsonType}
	}
	tests := []struct {
		name string
		q    request
		code int
	}{
		{"anonymous", request{method: "POST", path: "/api/v1/repos", body: `{"name":"a"}`, header: jsonType}, 401},
		{"created", post(`{"name":"a","description":"one\n two"}`), 201},
		{"again", post(`{"name":"a"}`), 409},
		{"no JSON", post(`name=a`), 400},
		{"unknown key", post(`{"name":"b","private":true}`), 400},
		{"form", request{method: "POST", path: "/api/v1/repos", body: "name=b", auth: true, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}, 415},
		{"huge", post(`{"name":"` + strings.Repeat("a", maxBody) + `"}`), 413},
		{"another site's page", request{method: "POST", path: "/api/v1/repos", body: `{"name":"b"}`, auth: true,
			header: map[string]string{"Content-Type": "application/json", "Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}}, 403},
		{"delete, anonymous", request{method: "DELETE", path: "/api/v1/repos/a"}, 401},
		{"delete", request{method: "DELETE", path: "/api/v1/repos/a", auth: true}, 204},
		{"delete again", request{method: "DELETE", path: "/api/v1/repos/a", auth: true}, 404},
		{"no such address", request{path: "/api/v2/repos"}, 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, header, body := f.do(tt.q)
			if code != tt.code {
				t.Fatalf("got %d %s, want %d", code, body, tt.code)
			}
			if code == 201 {
				var repo Repo
				if err := json.Unmarshal([]byte(body), &repo); err != nil || repo.Description != "one two" || repo.DefaultBranch != "main" {
					t.Errorf("repo = %+v, %v", repo, err)
				}
				if header.Get("Location") != "/api/v1/repos/a" {
					t.Errorf("location = %q", header.Get("Location"))
				}
			}
		})
	}
	entries, err := os.ReadDir(f.store.root)
	if err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	good := []string{"a", "platform", "my-app.v2", "0_1", strings.Repeat("a", 63)}
	bad := []string{"", ".", "..", "A", "a/b", "../a", "a..b", "-a", ".a", "a.git", "a.lock", "a.", "api", "metrics", "healthz", "ä", "a b", "a\n", strings.Repeat("a", 64)}
	for _, name := range good {
		if err := checkName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range bad {
		if checkName(name) == nil {
			t.Errorf("%q is taken for a name", name)
		}
	}
}

func TestInterruptedChangesAreCleared(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	mustWrite(t, filepath.Join(root, ".tmp-new-1", "repo", "HEAD"), "ref: refs/heads/main\n")
	mustWrite(t, filepath.Join(root, "lost+found", "x"), "")
	store, err := NewStore(Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	repos, err := store.List(t.Context())
	if err != nil || len(repos) != 0 {
		t.Errorf("repos = %v, %v", repos, err)
	}
	if _, err := os.Stat(filepath.Join(root, ".tmp-new-1")); err == nil {
		t.Error("the rest of an interrupted creation is still there")
	}
}

func TestReadAPI(t *testing.T) {
	t.Parallel()
	f := mustServer(t, nil)
	work := f.mustPush("platform", map[string]string{"README.md": "hi\n", "apps/a.yaml": "a: 1\n", "apps/sub/b": "b", "bin": "\x00\x01"})
	if err := os.Symlink("/etc/passwd", filepath.Join(work, "link")); err != nil {
		t.Fatal(err)
	}
	f.mustCommit(work, "add a link", nil)
	mustGit(t, work, "push", "-q", "origin", "main", "main:refs/heads/feature/x")
	head := mustGit(t, work, "rev-parse", "HEAD")

	t.Run("commits", func(t *testing.T) {
		var commits []Commit
		f.mustJSON("/api/v1/repos/platform/commits?limit=1", &commits)
		if len(commits) != 1 || commits[0].ID != head || commits[0].Subject != "add a link" || commits[0].Author.Name != "Ada" {
			t.Errorf("commits = %+v", commits)
		}
		f.mustJSON("/api/v1/repos/platform/commits?ref=feature/x&path=apps/a.yaml", &commits)
		if len(commits) != 1 || commits[0].Subject != "begin" {
			t.Errorf("commits of a path = %+v", commits)
		}
		var one struct {
			Commit
			Files []Change
		}
		f.mustJSON("/api/v1/repos/platform/commits/"+head[:10], &one)
		if one.ID != head || len(one.Files) != 1 || one.Files[0] != (Change{Path: "link", Status: "added"}) {
			t.Errorf("commit = %+v", one)
		}
	})
	t.Run("tree", func(t *testing.T) {
		var entries []Entry
		f.mustJSON("/api/v1/repos/platform/tree?path=apps", &entries)
		if len(entries) != 2 || entries[0].Type != "dir" || entries[1].Path != "apps/a.yaml" || entries[1].Size != 5 {
			t.Errorf("entries = %+v", entries)
		}
	})
	t.Run("raw", func(t *testing.T) {
		_, header, body := f.do(request{path: "/api/v1/repos/platform/raw/apps/a.yaml?ref=" + head})
		if body != "a: 1\n" || header.Get("Content-Type") != "text/plain; charset=utf-8" || !strings.Contains(header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("raw = %q, %v", body, header)
		}
		_, header, body = f.do(request{path: "/api/v1/repos/platform/raw/bin"})
		if body != "\x00\x01" || header.Get("Content-Type") != "application/octet-stream" {
			t.Errorf("raw = %q, %v", body, header)
		}
		if _, _, body := f.do(request{path: "/api/v1/repos/platform/raw/link"}); body != "/etc/passwd" {
			t.Errorf("a link gives %q, want its target", body)
		}
	})
	t.Run("refusals", func(t *testing.T) {
		for path, want := range map[string]int{
			"raw/nothing":                   404,
			"raw/apps":                      404,
			"raw/..%2f..%2fHEAD":            404,
			"raw/a%0ab":                     404,
			"tree?path=../..":               404,
			"tree?path=nothing":             404,
			"tree?ref=nothing":              404,
			"commits?ref=--all":             400,
			"commits?ref=main..feature/x":   400,
			"commits?ref=main@{0}":          400,
			"commits?ref=:README.md":        400,
			"commits?limit=-1":              400,
			"commits?limit=many":            400,
			"commits/--output=x":            400,
			"branches/none":                 404,
			"commits?path=:(top)&ref=main":  200,
			"commits?limit=999999&ref=main": 200,
		} {
			if code, _, body := f.do(request{path: "/api/v1/repos/platform/" + path}); code != want {
				t.Errorf("%s: %d %s, want %d", path, code, body, want)
			}
		}
	})
}

func TestEmptyRepositoryReads(t *testing.T) {
	t.Parallel()
	f := mustServer(t, nil)
	f.mustCreate("empty")
	for _, what := range []string{"commits", "tree", "branches"} {
		if code, _, body := f.do(request{path: "/api/v1/repos/empty/" + what}); code != http.StatusOK || strings.TrimSpace(body) != "[]" {
			t.Errorf("%s: %d %s", what, code, body)
		}
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := Credentials{Dir: dir}
	if c.Check("", "") {
		t.Error("without files everyone may")
	}
	mustWrite(t, filepath.Join(dir, "username"), "u")
	mustWrite(t, filepath.Join(dir, "password"), "\n")
	if c.Check("u", "") {
		t.Error("an empty password lets in")
	}
	mustWrite(t, filepath.Join(dir, "password"), "p\n")
	if !c.Check("u", "p") || c.Check("u", "q") || c.Check("v", "p") {
		t.Error("a changed file is not taken up")
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	f := mustServer(t, nil)
	if code, _, body := f.do(request{path: "/healthz"}); code != http.StatusOK {
		t.Errorf("%d %s", code, body)
	}
	if err := os.RemoveAll(f.store.root); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := f.do(request{path: "/healthz"}); code != http.StatusServiceUnavailable {
		t.Errorf("without its volume the server says %d", code)
	}
}

func TestLimitedBuffer(t *testing.T) {
	t.Parallel()
	b := &limitedBuffer{limit: 5}
	if n, err := b.Write([]byte("abc")); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := b.Write([]byte("defg")); n != 2 || err == nil || !b.cut || !bytes.Equal(b.Bytes(), []byte("abcde")) {
		t.Errorf("n=%d err=%v buffer=%q", n, err, b.Bytes())
	}
}
