package git

import (
	"cmp"
	"embed"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

//go:embed web/style.css web/icon.svg
var assets embed.FS

const (
	pageCommits  = 30
	maxViewBytes = 512 << 10
)

func (s *Server) webRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", s.reader(s.listPage))
	mux.HandleFunc("GET /-/style.css", asset("web/style.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET /-/icon.svg", asset("web/icon.svg", "image/svg+xml"))
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/-/icon.svg", http.StatusFound)
	})
	mux.HandleFunc("GET /{repo}", s.reader(s.treePage))
	mux.HandleFunc("GET /{repo}/{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/"+url.PathEscape(repoName(r)), http.StatusFound)
	})
	mux.HandleFunc("GET /{repo}/tree/{path...}", s.reader(s.treePage))
	mux.HandleFunc("GET /{repo}/file/{path...}", s.reader(s.filePage))
	mux.HandleFunc("GET /{repo}/commits", s.reader(s.commitsPage))
	mux.HandleFunc("GET /{repo}/commit/{id}", s.reader(s.commitPage))
}

// asset serves an embedded file; it holds nothing that would need credentials.
func asset(name, kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		data, err := assets.ReadFile(name)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "max-age=300")
		_, _ = w.Write(data)
	}
}

func (s *Server) listPage(w http.ResponseWriter, r *http.Request) {
	repos, err := s.store.List(r.Context())
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	slices.SortStableFunc(repos, func(a, b Repo) int { return b.updated().Compare(a.updated()) })
	s.show(w, r, "list", view{Data: repos})
}

// repoView gathers what the head of every page of a repository shows.
func (s *Server) repoView(r *http.Request) (view, error) {
	name := repoName(r)
	repo, err := s.store.Get(r.Context(), name)
	if err != nil {
		return view{}, err
	}
	branches, err := s.store.Branches(r.Context(), name)
	if err != nil {
		return view{}, err
	}
	ref := r.URL.Query().Get("ref")
	if ref == repo.DefaultBranch {
		ref = ""
	}
	return view{Repo: &repo, Ref: ref, Branches: branches}, nil
}

func (s *Server) treePage(w http.ResponseWriter, r *http.Request) {
	if name, isClone := strings.CutSuffix(r.PathValue("repo"), repoSuffix); isClone {
		http.Redirect(w, r, "/"+url.PathEscape(name), http.StatusFound)
		return
	}
	v, err := s.repoView(r)
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	v.Path, _ = cleanPath(r.PathValue("path"))
	entries, err := s.store.Tree(r.Context(), v.Repo.Name, v.Ref, v.Path)
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	latest, err := s.store.Log(r.Context(), v.Repo.Name, LogQuery{Ref: v.Ref, Path: v.Path, Limit: 1})
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	v.Tab = "files"
	v.Data = treeData{Entries: entries, Latest: latest, Readme: s.readme(r, v, entries)}
	s.show(w, r, "tree", v)
}

type treeData struct {
	Entries []Entry
	Latest  []Commit
	Readme  string
}

// readme returns the text of a README of the directory, or nothing.
func (s *Server) readme(r *http.Request, v view, entries []Entry) string {
	i := slices.IndexFunc(entries, func(e Entry) bool {
		name := strings.ToLower(e.Name)
		return e.Type == "file" && (name == "readme.md" || name == "readme" || name == "readme.txt")
	})
	if i < 0 {
		return ""
	}
	f, err := s.viewFile(r, v, entries[i].Path)
	if err != nil || f.Binary {
		return ""
	}
	return strings.Join(f.Lines, "\n")
}

type fileData struct {
	Size   int64
	Binary bool
	Cut    bool
	Lines  []string
}

func (s *Server) viewFile(r *http.Request, v view, filePath string) (fileData, error) {
	blob, err := s.store.Open(r.Context(), v.Repo.Name, v.Ref, filePath)
	if err != nil {
		return fileData{}, err
	}
	defer blob.Close()
	data, err := io.ReadAll(io.LimitReader(blob, maxViewBytes))
	if err != nil {
		return fileData{}, err
	}
	f := fileData{Size: blob.Size, Binary: !isText(data[:min(len(data), sniffBytes)]), Cut: blob.Size > int64(len(data))}
	if !f.Binary {
		text := strings.TrimSuffix(strings.ToValidUTF8(string(data), "\uFFFD"), "\n")
		f.Lines = strings.Split(text, "\n")
	}
	return f, nil
}

func (s *Server) filePage(w http.ResponseWriter, r *http.Request) {
	v, err := s.repoView(r)
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	v.Path, _ = cleanPath(r.PathValue("path"))
	f, err := s.viewFile(r, v, v.Path)
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	v.Tab, v.Data = "files", f
	s.show(w, r, "file", v)
}

type commitsData struct {
	Commits []Commit
	Next    int
}

func (s *Server) commitsPage(w http.ResponseWriter, r *http.Request) {
	v, err := s.repoView(r)
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	skip := atoi(r.URL.Query().Get("skip"))
	commits, err := s.store.Log(r.Context(), v.Repo.Name, LogQuery{Ref: v.Ref, Limit: pageCommits + 1, Skip: skip})
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	data := commitsData{Commits: commits}
	if len(commits) > pageCommits {
		data = commitsData{Commits: commits[:pageCommits], Next: skip + pageCommits}
	}
	v.Tab, v.Data = "commits", data
	s.show(w, r, "commits", v)
}

func (s *Server) commitPage(w http.ResponseWriter, r *http.Request) {
	v, err := s.repoView(r)
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	commit, changes, patch, err := s.store.Show(r.Context(), v.Repo.Name, r.PathValue("id"))
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	v.Tab, v.Data = "commits", struct {
		Commit
		Changes []Change
		Diff    []DiffFile
	}{commit, changes, parseDiff(patch)}
	s.show(w, r, "commit", v)
}

func (s *Server) errorPage(w http.ResponseWriter, r *http.Request, code int, message string) {
	s.show(w, r, "error", view{Code: code, Data: map[string]any{"Code": code, "Message": message}})
}

// show answers with the page of that name.
func (s *Server) show(w http.ResponseWriter, r *http.Request, name string, v view) {
	v.Lang = language(r.Header.Get("Accept-Language"))
	v.Host, v.Cluster = r.Host, s.opt.BaseURL
	body, err := s.pages.render(name, v)
	if err != nil {
		s.log.Error("render a page", "page", name, "err", err)
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Vary", "Accept-Language")
	noCache(w.Header())
	w.WriteHeader(cmp.Or(v.Code, http.StatusOK))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}
