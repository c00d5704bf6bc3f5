package capstone

import (
	"net/http"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/server"
	"github.com/go-git/go-git/v5/storage/memory"
)

// fakeGit is a git server with room for one repository, speaking smart HTTP.
type fakeGit struct {
	mu      sync.Mutex
	store   *memory.Storage // nil while the repository does not exist
	commits []string        // heads pushed to main, in order
	pushed  func()
}

func (g *fakeGit) Load(*transport.Endpoint) (storer.Storer, error) {
	if g.store == nil {
		return nil, transport.ErrRepositoryNotFound
	}
	return g.store, nil
}

func (g *fakeGit) routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/v1/repos", func(w http.ResponseWriter, _ *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.store = memory.NewStorage()
		head := plumbing.NewSymbolicReference(plumbing.HEAD, branch)
		_ = g.store.SetReference(head)
		w.WriteHeader(http.StatusCreated)
	})
	mux.HandleFunc("DELETE /api/v1/repos/platform", func(w http.ResponseWriter, _ *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.store, g.commits = nil, nil
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /platform.git/info/refs", g.advertise)
	mux.HandleFunc("POST /platform.git/git-upload-pack", g.fetch)
	mux.HandleFunc("POST /platform.git/git-receive-pack", g.push)
}

func (g *fakeGit) advertise(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if user, password, _ := r.BasicAuth(); user != "git" || password != "secret" {
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	if g.store == nil {
		http.NotFound(w, r)
		return
	}
	service := r.URL.Query().Get("service")
	var refs *packp.AdvRefs
	var err error
	if service == "git-upload-pack" {
		var s transport.UploadPackSession
		if s, err = server.NewServer(g).NewUploadPackSession(nil, nil); err == nil {
			refs, err = s.AdvertisedReferencesContext(r.Context())
		}
	} else {
		var s transport.ReceivePackSession
		if s, err = server.NewServer(g).NewReceivePackSession(nil, nil); err == nil {
			refs, err = s.AdvertisedReferencesContext(r.Context())
		}
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	refs.Prefix = [][]byte{[]byte("# service=" + service), pktline.Flush}
	_ = refs.Encode(w)
}

func (g *fakeGit) fetch(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	session, err := server.NewServer(g).NewUploadPackSession(nil, nil)
	request := packp.NewUploadPackRequest()
	if err == nil {
		err = request.Decode(r.Body)
	}
	var answer *packp.UploadPackResponse
	if err == nil {
		answer, err = session.UploadPack(r.Context(), request)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = answer.Encode(w)
}

func (g *fakeGit) push(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	session, err := server.NewServer(g).NewReceivePackSession(nil, nil)
	request := packp.NewReferenceUpdateRequest()
	if err == nil {
		err = request.Decode(r.Body)
	}
	var status *packp.ReportStatus
	if err == nil {
		_, _ = session.AdvertisedReferencesContext(r.Context())
		status, err = session.ReceivePack(r.Context(), request)
	}
	if err == nil {
		g.commits = append(g.commits, request.Commands[0].New.String())
	}
	pushed := g.pushed
	g.mu.Unlock()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = status.Encode(w)
	if pushed != nil {
		pushed()
	}
}

// file returns a file of main's head; empty when there is none.
func (g *fakeGit) file(path string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.commits) == 0 {
		return ""
	}
	commit, err := object.GetCommit(g.store, plumbing.NewHash(g.commits[len(g.commits)-1]))
	if err != nil {
		return ""
	}
	f, err := commit.File(path)
	if err != nil {
		return ""
	}
	text, _ := f.Contents()
	return text
}

func (g *fakeGit) head() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.commits) == 0 {
		return ""
	}
	return g.commits[len(g.commits)-1]
}
