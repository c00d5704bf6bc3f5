package site

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/labbox/labbox/internal/idp/catalog"
	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/environment"
	"github.com/labbox/labbox/internal/idp/repo"
	"github.com/labbox/labbox/internal/idp/scaffold"
	"github.com/labbox/labbox/internal/idp/scorecard"
	"github.com/labbox/labbox/internal/idp/techdocs"
	"github.com/labbox/labbox/internal/idp/wire"
)

//go:embed web
var web embed.FS

// Links are the other systems of the lab as a browser reaches them; empty: no link.
type Links struct{ Argo, Gateway, Dashboard string }

// Options are what the pages show and change.
type Options struct {
	Catalog      *catalog.Catalog
	Scaffolder   *scaffold.Scaffolder
	Environments *environment.Service
	Cards        *scorecard.Cards
	Git          *repo.Client
	User         string
	Links        Links
}

// Site makes the pages. It may be used by several goroutines at once.
type Site struct {
	opt       Options
	templates *template.Template
}

// Guard wraps what changes something, so that only those who may come through.
type Guard func(http.HandlerFunc) http.HandlerFunc

// New reads the templates.
func New(o Options) (*Site, error) {
	t, err := template.New("").Funcs(funcs()).ParseFS(web, "web/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	return &Site{opt: o, templates: t}, nil
}

// Routes adds the pages to mux.
func (s *Site) Routes(mux *http.ServeMux, guard Guard) {
	mux.HandleFunc("GET /{$}", s.list)
	mux.HandleFunc("GET /catalog/{namespace}/{kind}/{name}", s.entity)
	mux.HandleFunc("GET /create", s.create)
	mux.HandleFunc("GET /create/templates/{namespace}/{name}", s.form)
	mux.HandleFunc("POST /create/templates/{namespace}/{name}", guard(s.start))
	mux.HandleFunc("GET /create/tasks/{id}", s.task)
	mux.HandleFunc("POST /create/tasks/{id}/cancel", guard(s.cancel))
	mux.HandleFunc("POST /create/tasks/{id}/retry", guard(s.retry))
	mux.HandleFunc("GET /environments", s.environments)
	mux.HandleFunc("POST /environments", guard(s.makeEnvironment))
	mux.HandleFunc("POST /environments/{name}/delete", guard(s.deleteEnvironment))
	mux.HandleFunc("GET /scorecards", s.scorecards)
	mux.HandleFunc("GET /language/{lang}", language)
	for name, media := range map[string]string{"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"} {
		mux.HandleFunc("GET /-/"+name, asset(name, media))
	}
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/-/icon.svg", http.StatusFound) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, wire.NotFound("%s", r.URL.Path)) })
}

func asset(name, media string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		data, err := web.ReadFile("web/" + name)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", media)
		w.Header().Set("Cache-Control", "max-age=300")
		_, _ = w.Write(data)
	}
}

// language remembers the reader's choice and goes back.
func language(w http.ResponseWriter, r *http.Request) {
	lang := r.PathValue("lang")
	if lang == "de" || lang == "en" {
		http.SetCookie(w, &http.Cookie{Name: "lang", Value: lang, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteLaxMode, HttpOnly: true})
	}
	back := "/"
	if u, err := url.Parse(r.Referer()); err == nil && u.Host == r.Host && strings.HasPrefix(u.Path, "/") && !strings.HasPrefix(u.Path, "//") {
		back = u.RequestURI()
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

func langOf(r *http.Request) string {
	if c, err := r.Cookie("lang"); err == nil && (c.Value == "de" || c.Value == "en") {
		return c.Value
	}
	for part := range strings.SplitSeq(strings.ToLower(r.Header.Get("Accept-Language")), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		if main, _, _ := strings.Cut(tag, "-"); main == "de" || main == "en" {
			return main
		}
	}
	return "en"
}

// view is what every template is given.
type view struct {
	Lang, Tab, Title string
	Links            Links
	Data             any
}

// T returns the words of a key.
func (v view) T(key string, args ...any) string {
	words := wordsOf(v.Lang, key)
	if len(args) > 0 {
		return fmt.Sprintf(words, args...)
	}
	return words
}

// Other is the language that the reader can change to.
func (v view) Other() string {
	if v.Lang == "de" {
		return "en"
	}
	return "de"
}

// Href is the page of an entity by its reference.
func (v view) Href(ref string) string {
	r, err := entity.ParseRef(ref, "component")
	if err != nil {
		return "/"
	}
	return strings.ToLower("/catalog/" + url.PathEscape(r.Namespace) + "/" + url.PathEscape(r.Kind) + "/" + url.PathEscape(r.Name))
}

// Short is a reference without what goes without saying.
func (v view) Short(ref string) string { return strings.Replace(ref, ":default/", ":", 1) }

// Num writes a number with a few digits as the language does.
func (v view) Num(n float64) string {
	text := fmt.Sprintf("%.3f", n)
	if n >= 10 {
		text = fmt.Sprintf("%.1f", n)
	}
	if v.Lang == "de" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// Milli is Num of a thousand times as much.
func (v view) Milli(n float64) string { return v.Num(n * 1000) }

type page struct {
	name, tab, title string
	status           int
	data             any
}

func (s *Site) show(w http.ResponseWriter, r *http.Request, p page) {
	v := view{Lang: langOf(r), Tab: p.tab, Title: p.title, Links: s.opt.Links, Data: p.data}
	if v.Title == "" {
		v.Title = v.T(p.tab)
	}
	var out bytes.Buffer
	if err := s.templates.ExecuteTemplate(&out, p.name, v); err != nil {
		http.Error(w, "the page cannot be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Language, Cookie")
	if p.status != 0 {
		w.WriteHeader(p.status)
	}
	_, _ = out.WriteTo(w)
}

// fail shows an error as a page.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) {
	data := struct {
		Status  int
		Message string
	}{wire.Status(err), err.Error()}
	if p, ok := errors.AsType[*wire.Problem](err); ok {
		data.Message = p.Message
	}
	lang := langOf(r)
	title := wordsOf(lang, "error")
	if data.Status == http.StatusNotFound {
		title = wordsOf(lang, "error.404")
	}
	s.show(w, r, page{name: "error", title: title, status: data.Status, data: data})
}

// DocsPage is a page of a component's documentation.
type DocsPage struct {
	Entity entity.Entity
	Site   *techdocs.Site
	Path   string
	HTML   []byte
}

// Docs shows it. HTML must be what techdocs rendered.
func (s *Site) Docs(w http.ResponseWriter, r *http.Request, d DocsPage) {
	type entry struct {
		Title, Href string
		Here        bool
	}
	base := strings.TrimSuffix(r.URL.Path, r.PathValue("path"))
	here := strings.TrimPrefix(d.Path, "/")
	if here == "" {
		here = "index.html"
	}
	nav := []entry{}
	for _, p := range d.Site.Nav {
		nav = append(nav, entry{p.Title, base + p.Path, p.Path == here})
	}
	s.show(w, r, page{name: "docs", tab: "catalog", title: d.Site.Name, data: map[string]any{
		"Ref": d.Entity.Ref().String(), "Name": d.Entity.Title(), "Site": d.Site, "Nav": nav,
		"Body": template.HTML(d.HTML), //nolint:gosec // goldmark without raw HTML made it
	}})
}
