package gateway

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labbox/labbox/internal/faas/store"
)

// invoke serves /function/{name}[.{namespace}][/path] with any method.
func (s *Server) invoke(w http.ResponseWriter, r *http.Request) {
	key, path, ok := s.target(r.URL)
	if !ok {
		http.Error(w, "the path must be /function/{name} or /function/{name}.{namespace}", http.StatusBadRequest)
		return
	}
	f, ok := s.table.Lookup(key)
	if !ok {
		http.Error(w, "function "+key.String()+" not found", http.StatusNotFound)
		return
	}
	body, _ := r.Body.(*steadyBody)
	if s.config.MaxBody > 0 {
		if r.ContentLength > s.config.MaxBody {
			http.Error(w, "the body is larger than "+strconv.FormatInt(s.config.MaxBody, 10)+" bytes", http.StatusRequestEntityTooLarge)
			return
		}
		if r.ContentLength < 0 {
			r.Body = http.MaxBytesReader(w, r.Body, s.config.MaxBody)
		}
	}
	if ctx := s.patient(r.Context(), f); ctx != r.Context() {
		r = r.WithContext(ctx)
	}
	c := s.begin(key, r.Header)
	c.path, c.body = path, body
	defer c.finish()
	if whole(r) && (r.Body == http.NoBody || r.ContentLength > 0 && r.ContentLength <= maxBuffered) {
		s.forward(w, r, c)
		return
	}
	if r.ProtoMajor == 1 { // an answer may begin before the request has ended
		_ = http.NewResponseController(w).EnableFullDuplex()
	}
	s.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callKey{}, c)))
}

// target takes the function and its path out of u. The path stays as the client
// escaped it.
func (s *Server) target(u *url.URL) (store.Key, *url.URL, bool) {
	segment, rest, _ := strings.Cut(strings.TrimPrefix(u.EscapedPath(), "/function/"), "/")
	if segment == "" || strings.ContainsFunc(segment, notInName) {
		return store.Key{}, nil, false
	}
	key := store.Key{Name: segment, Namespace: s.config.Namespaces[0]}
	if dot := strings.LastIndexByte(segment, '.'); dot >= 0 {
		key.Name, key.Namespace = segment[:dot], segment[dot+1:]
	}
	out := &url.URL{Path: "/" + rest, RawQuery: u.RawQuery, ForceQuery: u.ForceQuery}
	if plain, err := url.PathUnescape(out.Path); err == nil && plain != out.Path {
		out.RawPath, out.Path = out.Path, plain
	}
	return key, out, key.Name != "" && key.Namespace != ""
}

func notInName(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
}

// failed answers a call that no function answered. The header tells a client that
// the fault is the platform's, not the function's.
func (s *Server) failed(w http.ResponseWriter, r *http.Request, c *call, err error) {
	var text string
	c.status, text = s.verdict(r.Context(), c, err)
	h := w.Header()
	h.Set("X-Call-Id", c.id)
	h.Set("X-Start-Time", c.start)
	h["X-Served-By"] = s.served
	h.Set("X-OpenFaaS-Internal", "proxy")
	if r.ContentLength != 0 {
		h.Set("Connection", "close") // what is left of the body is not worth reading
	}
	http.Error(w, text, c.status)
}
