package git

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
)

// maxBody bounds a request of the JSON API.
const maxBody = 64 << 10

func (s *Server) apiRoutes(mux *http.ServeMux) {
	const repo = "/api/v1/repos/{repo}"
	mux.HandleFunc("GET /api/v1/repos", s.reader(s.apiList))
	mux.HandleFunc("POST /api/v1/repos", s.writer(s.apiCreate))
	mux.HandleFunc("GET "+repo, s.reader(s.apiGet))
	mux.HandleFunc("DELETE "+repo, s.writer(s.apiDelete))
	mux.HandleFunc("GET "+repo+"/branches", s.reader(s.apiBranches))
	mux.HandleFunc("GET "+repo+"/commits", s.reader(s.apiCommits))
	mux.HandleFunc("GET "+repo+"/commits/{id}", s.reader(s.apiCommit))
	mux.HandleFunc("GET "+repo+"/tree", s.reader(s.apiTree))
	mux.HandleFunc("GET "+repo+"/raw/{path...}", s.reader(s.raw))
}

func (s *Server) apiList(w http.ResponseWriter, r *http.Request) {
	repos, err := s.store.List(r.Context())
	s.answer(w, r, repos, err)
}

func (s *Server) apiGet(w http.ResponseWriter, r *http.Request) {
	repo, err := s.store.Get(r.Context(), repoName(r))
	s.answer(w, r, repo, err)
}

func (s *Server) apiCreate(w http.ResponseWriter, r *http.Request) {
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != "application/json" {
		s.fail(w, r, http.StatusUnsupportedMediaType, "send application/json")
		return
	}
	var in struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			s.failWith(w, r, err)
			return
		}
		s.fail(w, r, http.StatusBadRequest, `send {"name": "...", "description": "..."}: `+err.Error())
		return
	}
	repo, err := s.store.Create(r.Context(), in.Name, in.Description)
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	s.log.Info("repository created", "repo", repo.Name)
	w.Header().Set("Location", "/api/v1/repos/"+repo.Name)
	writeJSON(w, http.StatusCreated, repo)
}

func (s *Server) apiDelete(w http.ResponseWriter, r *http.Request) {
	if err := s.store.Delete(r.Context(), repoName(r)); err != nil {
		s.failWith(w, r, err)
		return
	}
	s.log.Info("repository deleted", "repo", repoName(r))
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) apiBranches(w http.ResponseWriter, r *http.Request) {
	branches, err := s.store.Branches(r.Context(), repoName(r))
	s.answer(w, r, branches, err)
}

func (s *Server) apiCommits(w http.ResponseWriter, r *http.Request) {
	q := LogQuery{Ref: r.URL.Query().Get("ref"), Path: r.URL.Query().Get("path")}
	for key, to := range map[string]*int{"limit": &q.Limit, "skip": &q.Skip} {
		text := r.URL.Query().Get(key)
		n, err := strconv.Atoi(text)
		if text != "" && (err != nil || n < 0) {
			s.fail(w, r, http.StatusBadRequest, key+" is a number of commits")
			return
		}
		*to = n
	}
	commits, err := s.store.Log(r.Context(), repoName(r), q)
	s.answer(w, r, commits, err)
}

func (s *Server) apiCommit(w http.ResponseWriter, r *http.Request) {
	commit, changes, _, err := s.store.Show(r.Context(), repoName(r), r.PathValue("id"))
	s.answer(w, r, struct {
		Commit
		Files []Change `json:"files"`
	}{commit, changes}, err)
}

func (s *Server) apiTree(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	entries, err := s.store.Tree(r.Context(), repoName(r), q.Get("ref"), q.Get("path"))
	s.answer(w, r, entries, err)
}

// raw sends a file as it is, in a type no browser executes.
func (s *Server) raw(w http.ResponseWriter, r *http.Request) {
	blob, err := s.store.Open(r.Context(), repoName(r), r.URL.Query().Get("ref"), r.PathValue("path"))
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	defer blob.Close()
	head, err := io.ReadAll(io.LimitReader(blob, sniffBytes))
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	if isText(head) {
		h.Set("Content-Type", "text/plain; charset=utf-8")
	}
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Length", strconv.FormatInt(blob.Size, 10))
	h.Set("ETag", `"`+blob.ID+`"`)
	noCache(h)
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(head)
	_, _ = io.Copy(w, blob)
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, value any, err error) {
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, value)
}

func writeJSON(w http.ResponseWriter, code int, value any) {
	w.Header().Set("Content-Type", "application/json")
	noCache(w.Header())
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(value) // the client is gone where this fails
}
