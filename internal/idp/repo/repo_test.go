package repo

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mustGit serves one bare repository by the real git, for pushes only.
func mustGit(t *testing.T) (c *Client, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "shop.git")
	mustRun(t, "git", "init", "-q", "--bare", "-b", "main", dir)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /shop.git/git-receive-pack", func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "u" || password != "p" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		cmd := exec.CommandContext(r.Context(), "git", "receive-pack", "--stateless-rpc", dir)
		cmd.Stdin, cmd.Stdout = r.Body, w
		if err := cmd.Run(); err != nil {
			t.Errorf("git receive-pack: %v", err)
		}
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return New(Options{URL: srv.URL, Login: func() (string, string, error) { return "u", "p", nil }}), dir
}

func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// TestPush: what we send is taken by the real git, and it is what we meant.
func TestPush(t *testing.T) {
	t.Parallel()
	c, dir := mustGit(t)
	files := []File{
		{Path: "a/b.txt", Data: []byte("hello\n")}, {Path: "a.txt", Data: []byte("x")}, {Path: "a-b", Data: nil},
		{Path: "run.sh", Data: []byte("#!/bin/sh\n"), Exec: true}, {Path: "big", Data: []byte(strings.Repeat("0123456789", 5000))},
	}
	first, err := c.Push(t.Context(), Push{Repo: "shop", Branch: "main", Files: files, Message: "First\n\nTask: 1", Author: "Ada <x>", Email: "ada@x"})
	if err != nil {
		t.Fatal(err)
	}
	if head := mustRun(t, "git", "-C", dir, "rev-parse", "main"); head != first {
		t.Errorf("main is at %s, not %s", head, first)
	}
	mustRun(t, "git", "-C", dir, "fsck", "--strict")
	tree := mustRun(t, "git", "-C", dir, "ls-tree", "-r", "--format=%(objectmode) %(path)", "main")
	if want := "100644 a-b\n100644 a.txt\n100644 a/b.txt\n100644 big\n100755 run.sh"; tree != want {
		t.Errorf("the tree is\n%s", tree)
	}
	if text := mustRun(t, "git", "-C", dir, "show", "main:a/b.txt"); text != "hello" {
		t.Errorf("a/b.txt is %q", text)
	}
	second, err := c.Push(t.Context(), Push{Repo: "shop", Branch: "main", Parent: first, Files: files[:1], Message: "Second"})
	if err != nil {
		t.Fatal(err)
	}
	if got := mustRun(t, "git", "-C", dir, "log", "--format=%H", "main"); got != second+"\n"+first {
		t.Errorf("the history is %s", got)
	}
	if _, err := c.Push(t.Context(), Push{Repo: "shop", Branch: "main", Parent: first, Files: files, Message: "stale"}); err == nil {
		t.Error("a push onto a parent that is not the head was taken")
	}
}

func TestPushRefusesPaths(t *testing.T) {
	t.Parallel()
	c := New(Options{URL: "http://git.invalid", Login: func() (string, string, error) { return "u", "p", nil }})
	for _, p := range []string{"../x", "a/../b", ".git/config", "a/.GIT/x", "/", "a//b"} {
		if _, err := c.Push(context.Background(), Push{Repo: "r", Branch: "main", Files: []File{{Path: p}}}); err == nil || !strings.Contains(err.Error(), "no path of a file") {
			t.Errorf("%q: %v", p, err)
		}
	}
	both := []File{{Path: "a"}, {Path: "a/b"}}
	if _, err := c.Push(context.Background(), Push{Repo: "r", Branch: "main", Files: both}); err == nil || !strings.Contains(err.Error(), "a file and a directory") {
		t.Errorf("a file that is a directory: %v", err)
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	c := New(Options{URL: "http://git.git.svc.cluster.local:3000/", Public: "http://127.0.0.1:3000"})
	for in, want := range map[string]Place{
		"http://git.git.svc.cluster.local:3000/shop/file/a/b.yaml?ref=dev": {"shop", "dev", "a/b.yaml"},
		"http://127.0.0.1:3000/shop/tree/docs":                             {"shop", "", "docs"},
		"url:http://git.git.svc.cluster.local:3000/shop.git":               {"shop", "", ""},
		"http://git.git.svc.cluster.local:3000/api/v1/repos/s/raw/x/y":     {"s", "", "x/y"},
	} {
		if got, err := c.Parse(in); err != nil || got != want {
			t.Errorf("%s is %+v, %v", in, got, err)
		}
	}
	for _, in := range []string{"http://169.254.169.254/shop/file/x", "https://github.com/a/b", "file:///etc/passwd", "http://git.git.svc.cluster.local:3000/", "::"} {
		if got, err := c.Parse(in); err == nil {
			t.Errorf("%s is taken for %+v", in, got)
		}
	}
	from := Place{"shop", "abc", "catalog/info.yaml"}
	for in, want := range map[string]string{"./x.yaml": "catalog/x.yaml", "../y.yaml": "y.yaml", "/z.yaml": "z.yaml", "d/../e": "catalog/e"} {
		if got, err := c.Join(from, in); err != nil || got != (Place{"shop", "abc", want}) {
			t.Errorf("%s is %+v, %v", in, got, err)
		}
	}
	if got, err := c.Join(from, "../../x"); err == nil {
		t.Errorf("a path out of the repository is %+v", got)
	}
	if got := c.Open("http://git.git.svc.cluster.local:3000/shop.git"); got != "http://127.0.0.1:3000/shop" {
		t.Errorf("the browser is sent to %s", got)
	}
}
