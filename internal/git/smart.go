package git

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	uploadPack  = "git-upload-pack"  // clone and fetch
	receivePack = "git-receive-pack" // push

	// maxWantBytes bounds what a fetch sends: names of commits it wants and has.
	maxWantBytes = 16 << 20
	// zeroID is what a ref that does not exist points to.
	zeroID = "0000000000000000000000000000000000000000"
)

// infoRefs answers the first request of a clone, fetch or push: which refs exist.
func (s *Server) infoRefs(w http.ResponseWriter, r *http.Request) {
	service := r.URL.Query().Get("service")
	if service != uploadPack && service != receivePack {
		s.fail(w, r, http.StatusForbidden, "this server speaks git's smart protocol only: use git 1.6.6 or later")
		return
	}
	if service == receivePack && !s.authenticate(w, r) {
		return
	}
	dir, err := s.store.path(repoName(r))
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	noCache(w.Header())
	w.Header().Set("Content-Type", "application/x-"+service+"-advertisement")
	var head string
	env := protocolEnv(r, service)
	if len(env) == 0 || !strings.HasSuffix(env[0], "version=2") {
		line := "# service=" + service + "\n"
		head = fmt.Sprintf("%04x%s0000", len(line)+4, line)
	}
	args := []string{strings.TrimPrefix(service, "git-"), "--stateless-rpc", "--advertise-refs", dir}
	s.serve(w, r, transfer{cmd: s.store.run.command(r.Context(), "", env, args...), head: head})
}

// fetch answers the second request of a clone or fetch with a pack.
func (s *Server) fetch(w http.ResponseWriter, r *http.Request) {
	dir, err := s.store.path(repoName(r))
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	body, ok := s.rpcBody(w, r, uploadPack, maxWantBytes)
	if !ok {
		return
	}
	cmd := s.store.run.command(r.Context(), "", protocolEnv(r, uploadPack), "upload-pack", "--stateless-rpc", dir)
	s.serve(w, r, transfer{cmd: cmd, body: body})
}

// push takes a pack, and announces every ref that has changed by it.
func (s *Server) push(w http.ResponseWriter, r *http.Request) {
	if !s.authenticate(w, r) {
		return
	}
	name := repoName(r)
	defer s.store.lock(name)()
	dir, err := s.store.path(name)
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	body, ok := s.rpcBody(w, r, receivePack, s.opt.MaxPushBytes)
	if !ok {
		return
	}
	before, err := s.store.allRefs(r.Context(), dir)
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	cmd := s.store.run.command(r.Context(), "", nil, "receive-pack", "--stateless-rpc", dir)
	s.serve(w, r, transfer{cmd: cmd, body: body})
	// The client may be gone by now; what it changed is to be announced all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 2*time.Minute)
	defer cancel()
	s.afterPush(ctx, name, dir, before)
}

// afterPush compares the refs with those of before and tells about each change.
func (s *Server) afterPush(ctx context.Context, name, dir string, before map[string]string) {
	if err := s.store.adoptHead(ctx, dir); err != nil {
		s.log.Warn("set the default branch", "repo", name, "err", err)
	}
	after, err := s.store.allRefs(ctx, dir)
	if err != nil {
		s.log.Error("read refs after a push", "repo", name, "err", err)
		return
	}
	pushes := changedRefs(name, before, after)
	for _, p := range pushes {
		s.log.Info("push", "repo", name, "ref", p.Ref, "before", short(p.Before), "after", short(p.After))
		if s.onPush != nil {
			s.onPush(p)
		}
	}
	result := "changed"
	if len(pushes) == 0 {
		result = "unchanged"
	}
	s.metrics.pushes.WithLabelValues(name, result).Inc()
	if len(pushes) > 0 {
		go s.store.maintain(context.WithoutCancel(ctx), name, s.log)
	}
}

// rpcBody returns the request's body, unzipped and bounded; it answers the request
// itself where ok is false.
func (s *Server) rpcBody(w http.ResponseWriter, r *http.Request, service string, limit int64) (body io.Reader, ok bool) {
	if r.Header.Get("Content-Type") != "application/x-"+service+"-request" {
		s.fail(w, r, http.StatusUnsupportedMediaType, "a git client sends application/x-"+service+"-request")
		return nil, false
	}
	raw := http.MaxBytesReader(w, r.Body, limit)
	noCache(w.Header())
	w.Header().Set("Content-Type", "application/x-"+service+"-result")
	if r.Header.Get("Content-Encoding") != "gzip" {
		return raw, true
	}
	unzipped, err := gzip.NewReader(raw)
	if err != nil {
		s.fail(w, r, http.StatusBadRequest, "the body is not gzip")
		return nil, false
	}
	return &boundedReader{r: unzipped, left: limit}, true
}

// protocolEnv hands the protocol version that the client asks for to git.
func protocolEnv(r *http.Request, service string) []string {
	v := r.Header.Get("Git-Protocol")
	if service != uploadPack || (v != "version=1" && v != "version=2") {
		return nil
	}
	return []string{"GIT_PROTOCOL=" + v}
}

// changedRefs returns a Push for each ref that differs, branches in no fixed order.
func changedRefs(repo string, before, after map[string]string) []Push {
	var pushes []Push
	now := time.Now().UTC()
	for ref, id := range after {
		old, existed := before[ref]
		if !existed {
			old = zeroID
		}
		if old != id {
			pushes = append(pushes, Push{Repo: repo, Ref: ref, Before: old, After: id, Time: now})
		}
	}
	for ref, id := range before {
		if _, exists := after[ref]; !exists {
			pushes = append(pushes, Push{Repo: repo, Ref: ref, Before: id, After: zeroID, Time: now})
		}
	}
	return pushes
}

func noCache(h http.Header) { h.Set("Cache-Control", "no-cache, max-age=0, must-revalidate") }

func short(id string) string { return id[:min(len(id), 8)] }

// errTooBig ends a body that unzips to more than it may.
var errTooBig = errors.New("request body too large")

// boundedReader fails once more than left bytes were read.
type boundedReader struct {
	r    io.Reader
	left int64
}

func (b *boundedReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooBig
	}
	return n, err
}
