package git

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	testUser     = "learner"
	testPassword = "correct-horse"
)

// fixture is a running server on a fresh directory.
type fixture struct {
	t      *testing.T
	url    string
	server *Server
	store  *Store
	pushes chan Push
	stop   func()
}

func mustServer(t *testing.T, change func(*Options)) *fixture {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("these tests need git: ", err)
	}
	creds := t.TempDir()
	mustWrite(t, filepath.Join(creds, "username"), testUser+"\n")
	mustWrite(t, filepath.Join(creds, "password"), testPassword)
	opt := Options{Root: t.TempDir(), BaseURL: "http://git.git.svc.cluster.local:3000/", AnonymousRead: true}
	if change != nil {
		change(&opt)
	}
	store, err := NewStore(opt)
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, store: store, pushes: make(chan Push, 64)}
	f.server, err = NewServer(opt, ServerParts{
		Store: store, Credentials: Credentials{Dir: creds}, Metrics: NewMetrics("test"),
		OnPush: func(p Push) { f.pushes <- p },
	})
	if err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewServer(f.server.Handler())
	f.url, f.stop = ts.URL, ts.Close
	t.Cleanup(ts.Close)
	return f
}

// authURL is the server's URL with credentials in it, as a git remote has them.
func (f *fixture) authURL() string {
	return strings.Replace(f.url, "http://", "http://"+testUser+":"+testPassword+"@", 1)
}

func (f *fixture) mustCreate(name string) {
	f.t.Helper()
	if _, err := f.store.Create(f.t.Context(), name, "a test"); err != nil {
		f.t.Fatal(err)
	}
}

// mustPush creates the repository and pushes one commit with files to it.
func (f *fixture) mustPush(name string, files map[string]string) (work string) {
	f.t.Helper()
	f.mustCreate(name)
	work = filepath.Join(f.t.TempDir(), name)
	mustGit(f.t, f.t.TempDir(), "clone", "-q", f.authURL()+"/"+name+".git", work)
	mustGit(f.t, work, "checkout", "-q", "-B", "main")
	f.mustCommit(work, "begin", files)
	mustGit(f.t, work, "push", "-q", "origin", "main")
	return work
}

func (f *fixture) mustCommit(work, message string, files map[string]string) {
	f.t.Helper()
	for name, content := range files {
		mustWrite(f.t, filepath.Join(work, name), content)
	}
	mustGit(f.t, work, "add", "-A")
	mustGit(f.t, work, "commit", "-q", "-m", message)
}

func (f *fixture) nextPush() Push {
	f.t.Helper()
	select {
	case p := <-f.pushes:
		return p
	case <-time.After(time.Minute):
		f.t.Fatal("no push was announced")
		return Push{}
	}
}

// request is one HTTP request of a test.
type request struct {
	method, path, body string
	auth               bool
	header             map[string]string
}

func (f *fixture) do(q request) (int, http.Header, string) {
	f.t.Helper()
	if q.method == "" {
		q.method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(f.t.Context(), q.method, f.url+q.path, strings.NewReader(q.body))
	if err != nil {
		f.t.Fatal(err)
	}
	for k, v := range q.header {
		req.Header.Set(k, v)
	}
	if q.auth {
		req.SetBasicAuth(testUser, testPassword)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(body)
}

func (f *fixture) mustJSON(path string, into any) {
	f.t.Helper()
	code, _, body := f.do(request{path: path})
	if code != http.StatusOK {
		f.t.Fatalf("GET %s: %d %s", path, code, body)
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		f.t.Fatalf("GET %s: %v", path, err)
	}
}

func mustWrite(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func gitCommand(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org",
		"no_proxy=127.0.0.1", "NO_PROXY=127.0.0.1")
	return cmd
}

func mustGit(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := gitCommand(dir, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// gitFails runs git and returns what it complained about.
func gitFails(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := gitCommand(dir, args...).CombinedOutput()
	if err == nil {
		t.Fatalf("git %s: worked, and must not", strings.Join(args, " "))
	}
	return string(out)
}
