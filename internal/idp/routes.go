package idp

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/site"
	"github.com/labbox/labbox/internal/idp/wire"
)

// routes joins the parts' paths and what guards them:
//
//	Host ──► origin of changes ──► headers ──► path ──► login, for changes
func (p *Platform) routes(pages *site.Site) http.Handler {
	mux := http.NewServeMux()
	p.catalog.Routes(mux, p.guard)
	p.scaffolder.Routes(mux, p.guard, func(*http.Request) string { return User })
	p.environments.Routes(mux, p.guard)
	pages.Routes(mux, p.guard)
	mux.HandleFunc("POST /api/events/http/git", p.catalog.Hook(secretOf(p.opt.WebhookSecret)))
	mux.HandleFunc("GET /api/scorecards", p.getCards)
	mux.HandleFunc("GET /api/scorecards/{kind}/{namespace}/{name}", p.getCard)
	mux.HandleFunc("GET /api/energy/{kind}/{namespace}/{name}", p.getEnergy)
	mux.HandleFunc("GET /api/techdocs/metadata/techdocs/{namespace}/{kind}/{name}", p.getDocsMetadata)
	mux.HandleFunc("GET /api/techdocs/metadata/entity/{namespace}/{kind}/{name}", p.getDocsEntity)
	mux.HandleFunc("GET /api/techdocs/static/docs/{namespace}/{kind}/{name}/{path...}", func(w http.ResponseWriter, r *http.Request) { p.getDocs(w, r, pages) })
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		wire.Fail(w, r, wire.NotFound("there is nothing at %s %s", r.Method, r.URL.Path))
	})
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wire.Fail(w, r, wire.NotAllowed("a page of another origin may change nothing here"))
	}))
	return hosts(headers(origin.Handler(mux)))
}

// hosts refuses names that are not the platform's, so that no page that gives its own
// name this address can read it (DNS rebinding).
func hosts(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := strings.ToLower(r.Host)
		if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
			host = host[:i]
		}
		_, notIP := netip.ParseAddr(strings.Trim(host, "[]"))
		name, _, _ := strings.Cut(host, ".")
		known := notIP == nil || host == "localhost" || strings.HasSuffix(host, ".localhost") || host == name ||
			strings.HasSuffix(host, ".svc") || strings.HasSuffix(host, ".svc.cluster.local") || host == "backstage.backstage"
		if !known {
			wire.Fail(w, r, &wire.Problem{Status: http.StatusMisdirectedRequest, Name: "NotAllowedError", Message: "this is not a name of the platform"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// headers keeps browsers from doing with an answer what it is not for.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// guard lets through who has the login, as HTTP basic auth or as a bearer token.
func (p *Platform) guard(next http.HandlerFunc) http.HandlerFunc {
	check := login(p.opt.Credentials)
	return func(w http.ResponseWriter, r *http.Request) {
		wantUser, wantPassword, err := check()
		user, password, given := r.BasicAuth()
		if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			user, password, given = wantUser, token, true
		}
		if err != nil || !given || !equal(user, wantUser) || !equal(password, wantPassword) {
			if given {
				p.opt.Log.Warn("wrong credentials", "path", r.URL.Path)
			}
			w.Header().Set("WWW-Authenticate", `Basic realm="labbox platform", charset="UTF-8"`)
			wire.Fail(w, r, &wire.Problem{Status: http.StatusUnauthorized, Name: "AuthenticationError",
				Message: "this changes something: send the login of \"labbox credentials backstage\", as basic auth or as a bearer token"})
			return
		}
		next(w, r)
	}
}

func refOf(r *http.Request) string {
	return entity.Ref{Kind: r.PathValue("kind"), Namespace: r.PathValue("namespace"), Name: r.PathValue("name")}.String()
}

func (p *Platform) getCards(w http.ResponseWriter, r *http.Request) {
	cards, err := p.cards.All(r.Context())
	wire.Answer(w, r, map[string]any{"items": cards}, err)
}

func (p *Platform) getCard(w http.ResponseWriter, r *http.Request) {
	card, err := p.cards.One(r.Context(), refOf(r))
	wire.Answer(w, r, card, err)
}

func (p *Platform) getEnergy(w http.ResponseWriter, r *http.Request) {
	reading, err := p.cards.Energy(r.Context(), refOf(r))
	wire.Answer(w, r, reading, err)
}

// entityOf returns the entity that a path names, or answers that there is none.
func (p *Platform) entityOf(w http.ResponseWriter, r *http.Request) entity.Entity {
	e := p.catalog.Get(refOf(r))
	if e == nil {
		wire.Fail(w, r, wire.NotFound("there is no entity %s", refOf(r)))
	}
	return e
}

func (p *Platform) getDocsEntity(w http.ResponseWriter, r *http.Request) {
	if e := p.entityOf(w, r); e != nil {
		wire.JSON(w, http.StatusOK, e)
	}
}

func (p *Platform) getDocsMetadata(w http.ResponseWriter, r *http.Request) {
	e := p.entityOf(w, r)
	if e == nil {
		return
	}
	s, err := p.docs.Site(r.Context(), e)
	if err != nil {
		wire.Fail(w, r, err)
		return
	}
	wire.JSON(w, http.StatusOK, map[string]any{"site_name": s.Name, "site_description": s.Description, "etag": s.Commit, "files": s.Files(), "nav": s.Nav})
}

// getDocs shows a page of the documentation within the platform's own, and pictures
// as they are.
func (p *Platform) getDocs(w http.ResponseWriter, r *http.Request, pages *site.Site) {
	e := p.entityOf(w, r)
	if e == nil {
		return
	}
	s, err := p.docs.Site(r.Context(), e)
	if err != nil {
		wire.Fail(w, r, err)
		return
	}
	body, media, err := s.File(r.PathValue("path"))
	if err != nil {
		wire.Fail(w, r, err)
		return
	}
	if strings.HasPrefix(media, "text/html") {
		pages.Docs(w, r, site.DocsPage{Entity: e, Site: s, Path: r.PathValue("path"), HTML: body})
		return
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(body)
}
