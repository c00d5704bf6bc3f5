package git

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// shortRequest bounds everything but transfers of packs.
const shortRequest = 30 * time.Second

// Server answers git clients, browsers and programs on one port.
type Server struct {
	opt     Options
	store   *Store
	creds   Credentials
	metrics *Metrics
	log     *slog.Logger
	onPush  func(Push)
	pages   *pages
}

// ServerParts is what a Server is built from.
type ServerParts struct {
	Store       *Store
	Credentials Credentials
	Metrics     *Metrics
	// OnPush is called for each changed ref before the push is answered; it must
	// not block. May be nil.
	OnPush func(Push)
}

// NewServer returns a Server that serves nothing until its Handler is used.
func NewServer(o Options, parts ServerParts) (*Server, error) {
	o = o.withDefaults()
	pages, err := newPages()
	if err != nil {
		return nil, err
	}
	return &Server{
		opt: o, store: parts.Store, creds: parts.Credentials, metrics: parts.Metrics,
		log: o.Log, onPush: parts.OnPush, pages: pages,
	}, nil
}

// Handler returns the whole of the HTTP face.
//
//	/                              web view            /api/v1/repos...   JSON
//	/<name>.git/info/refs ...      git clients         /metrics /healthz  the lab
func (s *Server) Handler() http.Handler {
	transfers := http.NewServeMux()
	transfers.HandleFunc("GET /{repo}/info/refs", s.reader(s.infoRefs))
	transfers.HandleFunc("POST /{repo}/git-upload-pack", s.reader(s.fetch))
	transfers.HandleFunc("POST /{repo}/git-receive-pack", s.push) // authenticates itself

	rest := http.NewServeMux()
	rest.HandleFunc("GET /healthz", s.health)
	rest.Handle("GET /metrics", s.metrics.handler())
	s.apiRoutes(rest)
	s.webRoutes(rest)

	guard := http.NewCrossOriginProtection() // a page elsewhere must not use the browser's password
	root := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		deadline := time.Now().Add(shortRequest) // a transfer moves its deadlines along
		ctl := http.NewResponseController(w)
		_ = ctl.SetReadDeadline(deadline)
		_ = ctl.SetWriteDeadline(deadline)
		if _, pattern := transfers.Handler(r); pattern != "" {
			transfers.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), shortRequest)
		defer cancel()
		r2 := r.WithContext(ctx)
		reading := r.Method == http.MethodGet || r.Method == http.MethodHead
		if _, pattern := rest.Handler(r2); pattern == "" && reading {
			s.fail(w, r2, http.StatusNotFound, "there is nothing at this address")
			return
		}
		rest.ServeHTTP(w, r2)
		r.Pattern = r2.Pattern
	})
	return s.metrics.observe(secured(guard.Handler(root)))
}

// HTTPServer returns an http.Server with the bounds that suit the Handler.
func (s *Server) HTTPServer(addr string) *http.Server {
	return &http.Server{
		Addr: addr, Handler: s.Handler(),
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

// secured sets the headers that every answer carries.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// health answers 200 when the repositories are there. It is asked every other
// second: no git process is worth that.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	if err := s.store.ready(); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}

// repoName is the repository of a route, without the .git that git clients add.
func repoName(r *http.Request) string {
	return strings.TrimSuffix(r.PathValue("repo"), repoSuffix)
}

// failWith answers with the status that fits err.
func (s *Server) failWith(w http.ResponseWriter, r *http.Request, err error) {
	code := http.StatusInternalServerError
	message := "something went wrong; the server's log says more"
	var tooBig *http.MaxBytesError
	switch {
	case errors.Is(err, ErrNotFound):
		code, message = http.StatusNotFound, err.Error()
	case errors.Is(err, ErrExists):
		code, message = http.StatusConflict, err.Error()
	case errors.Is(err, ErrName), errors.Is(err, ErrRef):
		code, message = http.StatusBadRequest, err.Error()
	case errors.As(err, &tooBig):
		code, message = http.StatusRequestEntityTooLarge, "the request is too large"
	case errors.Is(err, errBusy):
		code, message = http.StatusServiceUnavailable, errBusy.Error()
	case r.Context().Err() != nil:
		code, message = http.StatusServiceUnavailable, "this took too long"
	default:
		s.log.Error("request", "method", r.Method, "path", r.URL.Path, "err", err)
	}
	s.fail(w, r, code, message)
}

// fail answers in the language of whoever asks: JSON for the API, a page for a
// browser, a line of text for git and the rest.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, code int, message string) {
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/"):
		writeJSON(w, code, map[string]string{"error": message})
	case strings.Contains(r.Header.Get("Accept"), "text/html"):
		s.errorPage(w, r, code, message)
	default:
		http.Error(w, message, code)
	}
}
