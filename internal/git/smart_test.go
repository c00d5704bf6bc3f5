package git

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCloneAndPush(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"0", "2"} {
		t.Run("protocol "+protocol, func(t *testing.T) {
			t.Parallel()
			f := mustServer(t, nil)
			work := f.mustPush("platform", map[string]string{"README.md": "# hello\n", "apps/a.yaml": "a: 1\n"})
			p := f.nextPush()
			head := mustGit(t, work, "rev-parse", "HEAD")
			if p.Ref != "refs/heads/main" || p.Before != zeroID || p.After != head || p.Repo != "platform" {
				t.Errorf("push = %+v, want main at %s", p, head)
			}
			again := filepath.Join(t.TempDir(), "again")
			mustGit(t, t.TempDir(), "-c", "protocol.version="+protocol, "clone", "-q", "--depth=1", f.url+"/platform.git", again)
			if got := mustGit(t, again, "rev-parse", "HEAD"); got != head {
				t.Errorf("cloned %s, want %s", got, head)
			}
			f.mustCommit(work, "more", map[string]string{"apps/b.yaml": "b: 1\n"})
			mustGit(t, work, "push", "-q")
			if p := f.nextPush(); p.Before != head {
				t.Errorf("second push from %s, want %s", p.Before, head)
			}
			mustGit(t, again, "-c", "protocol.version="+protocol, "pull", "-q")
			if _, err := os.Stat(filepath.Join(again, "apps/b.yaml")); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPushNeedsCredentials(t *testing.T) {
	t.Parallel()
	f := mustServer(t, nil)
	work := f.mustPush("platform", map[string]string{"a": "1"})
	head := f.nextPush().After
	f.mustCommit(work, "more", map[string]string{"b": "1"})
	wrong := strings.Replace(f.url, "http://", "http://learner:wrong@", 1)
	for name, remote := range map[string]string{"none": f.url, "wrong": wrong} {
		out := gitFails(t, work, "push", remote+"/platform.git", "main")
		if !strings.Contains(out, "could not read Username") && !strings.Contains(out, "Authentication failed") {
			t.Errorf("%s: git said %q", name, out)
		}
	}
	repo, err := f.store.Get(t.Context(), "platform")
	if err != nil || repo.Head != head {
		t.Errorf("head = %s (%v), want %s unchanged", repo.Head, err, head)
	}
	code, header, _ := f.do(request{method: "POST", path: "/platform.git/git-receive-pack"})
	if code != http.StatusUnauthorized || !strings.HasPrefix(header.Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("a bare receive-pack got %d %q", code, header.Get("WWW-Authenticate"))
	}
}

func TestPrivateRead(t *testing.T) {
	t.Parallel()
	f := mustServer(t, func(o *Options) { o.AnonymousRead = false })
	f.mustPush("platform", map[string]string{"a": "1"})
	gitFails(t, t.TempDir(), "clone", "-q", f.url+"/platform.git", "x")
	mustGit(t, t.TempDir(), "clone", "-q", f.authURL()+"/platform.git", "x")
	for _, path := range []string{"/", "/platform", "/api/v1/repos", "/api/v1/repos/platform/raw/a"} {
		if code, _, _ := f.do(request{path: path}); code != http.StatusUnauthorized {
			t.Errorf("GET %s = %d, want 401", path, code)
		}
		if code, _, body := f.do(request{path: path, auth: true}); code != http.StatusOK {
			t.Errorf("GET %s with credentials = %d %s", path, code, body)
		}
	}
	if code, _, _ := f.do(request{path: "/healthz"}); code != http.StatusOK {
		t.Error("the probe needs credentials")
	}
}

func TestPushRules(t *testing.T) {
	t.Parallel()
	t.Run("rewriting history is refused where configured", func(t *testing.T) {
		t.Parallel()
		f := mustServer(t, func(o *Options) { o.DenyNonFastForwards = true })
		work := f.mustPush("platform", map[string]string{"a": "1"})
		f.mustCommit(work, "two", map[string]string{"a": "2"})
		mustGit(t, work, "push", "-q")
		mustGit(t, work, "reset", "-q", "--hard", "HEAD~1")
		if out := gitFails(t, work, "push", "--force", "origin", "main"); !strings.Contains(out, "non-fast-forward") {
			t.Errorf("git said %q", out)
		}
	})
	t.Run("a repository's hooks never run", func(t *testing.T) {
		t.Parallel()
		f := mustServer(t, nil)
		work := f.mustPush("platform", map[string]string{"a": "1"})
		mark := filepath.Join(t.TempDir(), "ran")
		hooks := filepath.Join(f.store.root, "platform.git", "hooks")
		for _, hook := range []string{"pre-receive", "update", "post-receive", "post-update"} {
			mustWrite(t, filepath.Join(hooks, hook), "#!/bin/sh\ntouch "+mark+"\n")
			if err := os.Chmod(filepath.Join(hooks, hook), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		f.mustCommit(work, "two", map[string]string{"a": "2"})
		mustGit(t, work, "push", "-q")
		if _, err := os.Stat(mark); err == nil {
			t.Error("a hook ran")
		}
	})
	t.Run("a push too large is refused and changes nothing", func(t *testing.T) {
		t.Parallel()
		f := mustServer(t, func(o *Options) { o.MaxPushBytes = 200 << 10 })
		work := f.mustPush("platform", map[string]string{"a": "1"})
		head := f.nextPush().After
		noise := make([]byte, 1<<20)
		_, _ = rand.Read(noise)
		f.mustCommit(work, "big", map[string]string{"big": string(noise)})
		gitFails(t, work, "push", "origin", "main")
		if repo, err := f.store.Get(t.Context(), "platform"); err != nil || repo.Head != head {
			t.Errorf("head = %s, %v; want %s", repo.Head, err, head)
		}
	})
	t.Run("the first branch becomes the default", func(t *testing.T) {
		t.Parallel()
		f := mustServer(t, nil)
		f.mustCreate("old")
		work := filepath.Join(t.TempDir(), "old")
		mustGit(t, t.TempDir(), "clone", "-q", f.authURL()+"/old.git", work)
		mustGit(t, work, "checkout", "-q", "-B", "master")
		f.mustCommit(work, "begin", map[string]string{"a": "1"})
		mustGit(t, work, "push", "-q", "origin", "master")
		if repo, err := f.store.Get(t.Context(), "old"); err != nil || repo.DefaultBranch != "master" || repo.Head == "" {
			t.Errorf("repo = %+v, %v", repo, err)
		}
	})
}

func TestLargePushAndClone(t *testing.T) {
	t.Parallel()
	f := mustServer(t, nil)
	noise := make([]byte, 5<<20) // more than git sends without chunks, and than fits in buffers
	_, _ = rand.Read(noise)
	files := map[string]string{"big": string(noise)}
	for i := range 300 {
		files[fmt.Sprintf("dir/%03d", i)] = fmt.Sprint("file ", i)
	}
	work := f.mustPush("big", files)
	again := filepath.Join(t.TempDir(), "again")
	mustGit(t, t.TempDir(), "clone", "-q", f.url+"/big.git", again)
	got, err := os.ReadFile(filepath.Join(again, "big"))
	if err != nil || !bytes.Equal(got, noise) {
		t.Errorf("the clone differs: %v", err)
	}
	if a, b := mustGit(t, work, "rev-parse", "HEAD^{tree}"), mustGit(t, again, "rev-parse", "HEAD^{tree}"); a != b {
		t.Errorf("trees differ: %s, %s", a, b)
	}
}

func TestBoundedReader(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]error{100: nil, 101: errTooBig} {
		n, err := io.Copy(io.Discard, &boundedReader{r: bytes.NewReader(make([]byte, size)), left: 100})
		if !errors.Is(err, want) || n > 100 {
			t.Errorf("%d bytes: read %d, %v; want %v", size, n, err, want)
		}
	}
}

func TestStrangeTransfers(t *testing.T) {
	t.Parallel()
	f := mustServer(t, nil)
	f.mustPush("platform", map[string]string{"a": "1"})
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, maxWantBytes+1<<20))
	_ = z.Close()
	const want = "application/x-git-upload-pack-request"
	tests := []struct {
		name string
		q    request
		code int
	}{
		{"no such repository", request{path: "/nothing.git/info/refs?service=git-upload-pack"}, 404},
		{"dumb protocol", request{path: "/platform.git/info/refs"}, 403},
		{"another service", request{path: "/platform.git/info/refs?service=git-upload-archive"}, 403},
		{"out of the directory", request{path: "/..%2fplatform.git/info/refs?service=git-upload-pack"}, 404},
		{"not a git request", request{method: "POST", path: "/platform.git/git-upload-pack", body: "x"}, 415},
		{"no git talk", request{method: "POST", path: "/platform.git/git-upload-pack", body: "zzzz", header: map[string]string{"Content-Type": want}}, 500},
		{"not gzip", request{method: "POST", path: "/platform.git/git-upload-pack", body: "x", header: map[string]string{"Content-Type": want, "Content-Encoding": "gzip"}}, 400},
		{"gzip bomb", request{method: "POST", path: "/platform.git/git-upload-pack", body: bomb.String(), header: map[string]string{"Content-Type": want, "Content-Encoding": "gzip"}}, 500},
		{"objects are no files", request{path: "/platform.git/objects/info/packs"}, 404},
		{"config is no file", request{path: "/platform.git/config"}, 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if code, _, body := f.do(tt.q); code != tt.code {
				t.Errorf("got %d %q, want %d", code, body, tt.code)
			}
		})
	}
}

func TestSilentClientIsCutOff(t *testing.T) {
	t.Parallel()
	f := mustServer(t, nil)
	f.mustPush("platform", map[string]string{"a": "1"})
	impatient, err := NewServer(Options{Root: f.store.root, AnonymousRead: true, IdleTimeout: 300 * time.Millisecond},
		ServerParts{Store: f.store, Metrics: NewMetrics("test")})
	if err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewServer(impatient.Handler())
	defer ts.Close()
	conn, err := net.Dial("tcp", ts.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "POST /platform.git/git-upload-pack HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-git-upload-pack-request\r\nContent-Length: 1000\r\n\r\n0011")
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := io.Copy(io.Discard, conn); err != nil {
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			t.Error("the server still waits")
		}
	}
}
