// Package idptest has fakes of the systems that the platform stands on: the lab's git
// server, the Kubernetes API and Prometheus. For tests only.
package idptest

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // git's objects are named by it
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
)

// User and Password may push to the fake git server.
const (
	User     = "learner"
	Password = "secret"
)

// Git is a git server in memory with the lab's JSON API; it takes pushes of whole
// trees. Only the newest commit of each repository can be read.
type Git struct {
	URL string
	// OnPush is called after each push, without a lock held; it may be nil.
	OnPush func(repo string)

	mu    sync.Mutex
	repos map[string]*fakeRepo
	reads int
}

type fakeRepo struct {
	head, message string
	files         map[string]string
}

// NewGit starts an empty server that ends with the test.
func NewGit(t *testing.T) *Git {
	t.Helper()
	g := &Git{repos: map[string]*fakeRepo{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/repos", g.list)
	mux.HandleFunc("POST /api/v1/repos", g.create)
	mux.HandleFunc("GET /api/v1/repos/{repo}", g.get)
	mux.HandleFunc("GET /api/v1/repos/{repo}/tree", g.tree)
	mux.HandleFunc("GET /api/v1/repos/{repo}/commits", g.commits)
	mux.HandleFunc("GET /api/v1/repos/{repo}/raw/{path...}", g.raw)
	mux.HandleFunc("POST /{repo}/git-receive-pack", g.receive)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	g.URL = srv.URL
	return g
}

// Commit makes a repository hold exactly files.
func (g *Git) Commit(name string, files map[string]string) {
	g.mu.Lock()
	sum := sha1.Sum(fmt.Append(nil, name, files)) //nolint:gosec // an id
	g.repos[name] = &fakeRepo{head: hex.EncodeToString(sum[:]), files: files, message: "by hand"}
	g.mu.Unlock()
	if g.OnPush != nil {
		g.OnPush(name)
	}
}

// Remove deletes a repository.
func (g *Git) Remove(name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.repos, name)
}

// Files returns what a repository holds; nil where there is none.
func (g *Git) Files(name string) map[string]string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r := g.repos[name]; r != nil {
		return r.files
	}
	return nil
}

// Message returns the message of a repository's newest commit.
func (g *Git) Message(name string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.repos[name].message
}

func (g *Git) info(name string) map[string]string {
	return map[string]string{"name": name, "defaultBranch": "main", "head": g.repos[name].head}
}

func (g *Git) list(w http.ResponseWriter, _ *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := []any{}
	for name := range g.repos {
		out = append(out, g.info(name))
	}
	answer(w, http.StatusOK, out)
}

// repo returns the repository of a request, or answers 404; g.mu is held.
func (g *Git) repo(w http.ResponseWriter, r *http.Request) *fakeRepo {
	repo := g.repos[r.PathValue("repo")]
	if repo == nil || (r.URL.Query().Get("ref") != "" && r.URL.Query().Get("ref") != repo.head && r.URL.Query().Get("ref") != "main") {
		http.Error(w, "not found", http.StatusNotFound)
		return nil
	}
	return repo
}

func (g *Git) get(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.repo(w, r) != nil {
		answer(w, http.StatusOK, g.info(r.PathValue("repo")))
	}
}

func (g *Git) create(w http.ResponseWriter, r *http.Request) {
	var in struct{ Name string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case !allowed(r):
		http.Error(w, "who are you?", http.StatusUnauthorized)
	case g.repos[in.Name] != nil:
		http.Error(w, "exists", http.StatusConflict)
	default:
		g.repos[in.Name] = &fakeRepo{files: map[string]string{}}
		answer(w, http.StatusCreated, g.info(in.Name))
	}
}

func (g *Git) tree(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	repo := g.repo(w, r)
	if repo == nil {
		return
	}
	dir := strings.Trim(r.URL.Query().Get("path"), "/")
	seen := map[string]bool{}
	out := []map[string]any{}
	for file := range repo.files {
		rest, ok := strings.CutPrefix("/"+file, strings.TrimSuffix("/"+dir, "/")+"/")
		if !ok {
			continue
		}
		name, _, deep := strings.Cut(rest, "/")
		if !seen[name] {
			seen[name] = true
			out = append(out, map[string]any{"name": name, "path": path.Join(dir, name), "type": map[bool]string{true: "dir", false: "file"}[deep]})
		}
	}
	if len(out) == 0 && dir != "" {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	slices.SortFunc(out, func(a, b map[string]any) int { return strings.Compare(a["name"].(string), b["name"].(string)) })
	answer(w, http.StatusOK, out)
}

func (g *Git) commits(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if repo := g.repo(w, r); repo != nil {
		subject, body, _ := strings.Cut(repo.message, "\n\n")
		answer(w, http.StatusOK, []map[string]string{{"id": repo.head, "subject": subject, "body": body}})
	}
}

func (g *Git) raw(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.reads++
	repo := g.repo(w, r)
	if repo == nil {
		return
	}
	text, there := repo.files[r.PathValue("path")]
	if !there {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	_, _ = io.WriteString(w, text)
}

func (g *Git) receive(w http.ResponseWriter, r *http.Request) {
	if !allowed(r) {
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	body, _ := io.ReadAll(r.Body)
	command := string(body[4:bytes.IndexByte(body, 0)])
	at := bytes.Index(body, []byte("PACK"))
	name := strings.TrimSuffix(r.PathValue("repo"), ".git")
	fields := strings.Fields(command)
	files, message, err := unpack(body[at:], fields[1])
	g.mu.Lock()
	repo := g.repos[name]
	if err != nil || repo == nil {
		g.mu.Unlock()
		http.Error(w, fmt.Sprint("cannot take it: ", err), http.StatusInternalServerError)
		return
	}
	repo.head, repo.files, repo.message = fields[1], files, message
	g.mu.Unlock()
	_, _ = io.WriteString(w, "000eunpack ok\n0019ok "+fields[2]+"\n0000")
	if g.OnPush != nil {
		g.OnPush(name)
	}
}

// unpack reads a pack of whole objects.
func unpack(data []byte, head string) (files map[string]string, message string, err error) {
	objects := map[string][]byte{}
	r := bufio.NewReader(bytes.NewReader(data[12:]))
	for range int(data[11]) | int(data[10])<<8 {
		first, err := r.ReadByte()
		if err != nil {
			return nil, "", err
		}
		for c := first; c&0x80 != 0; {
			if c, err = r.ReadByte(); err != nil {
				return nil, "", err
			}
		}
		z, err := zlib.NewReader(r)
		if err != nil {
			return nil, "", err
		}
		content, err := io.ReadAll(z)
		if err != nil {
			return nil, "", err
		}
		kind := map[byte]string{1: "commit", 2: "tree", 3: "blob"}[first>>4&7]
		sum := sha1.Sum(append(fmt.Appendf(nil, "%s %d\x00", kind, len(content)), content...)) //nolint:gosec // git's objects are named by it
		objects[hex.EncodeToString(sum[:])] = content
	}
	commit := string(objects[head])
	top, message, _ := strings.Cut(commit, "\n\n")
	root, _, _ := strings.Cut(strings.TrimPrefix(top, "tree "), "\n")
	files = map[string]string{}
	walkTree(objects, root, "", files)
	return files, message, nil
}

func walkTree(objects map[string][]byte, id, dir string, files map[string]string) {
	data := objects[id]
	for len(data) > 0 {
		end := bytes.IndexByte(data, 0)
		mode, name, _ := strings.Cut(string(data[:end]), " ")
		child := hex.EncodeToString(data[end+1 : end+21])
		data = data[end+21:]
		if mode == "40000" {
			walkTree(objects, child, path.Join(dir, name), files)
			continue
		}
		files[path.Join(dir, name)] = string(objects[child])
	}
}

func allowed(r *http.Request) bool {
	user, password, _ := r.BasicAuth()
	return user == User && password == Password
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// Sign returns the signature of a webhook's body by Password.
func Sign(body string) string {
	mac := hmac.New(sha256.New, []byte(Password))
	mac.Write([]byte(body))
	return hex.EncodeToString(mac.Sum(nil))
}
