package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// view is what every page gets; Data is the page's own.
type view struct {
	Page string
	// Nav are the pages of the menu, Tabs those at hand on a small screen.
	Nav  []navGroup
	Tabs []string
	look
	// NextTheme is what the theme switch goes to.
	NextTheme string
	Path      string
	Token     string
	// Owner says that the viewer has signed in.
	Owner   bool
	Version string
	// Last is the newest event shown; the page follows from there.
	Last int64
	// Mood is the lab as a whole; see mood.
	Mood string
	// Done and Total count the steps of "labbox up".
	Done, Total int
	Data        any
}

// pages are the parsed templates of each language.
type pages struct {
	catalogues map[string]*catalogue
	sets       map[string]map[string]*template.Template
	prose      map[string]*prose
	help       map[string]*manual
}

func newPages(files fs.FS, a *assets) (*pages, error) {
	p := &pages{
		catalogues: map[string]*catalogue{}, sets: map[string]map[string]*template.Template{},
		prose: map[string]*prose{}, help: map[string]*manual{},
	}
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, lang := range languages() {
		texts, err := loadCatalogue(files, lang)
		if err != nil {
			return nil, err
		}
		base, err := template.New("layout").Funcs(functions(texts, a)).
			ParseFS(files, "templates/layout.html", "templates/parts.html", "templates/flow.html", "templates/shell.html")
		if err != nil {
			return nil, err
		}
		set := map[string]*template.Template{}
		for _, name := range names {
			page := strings.TrimSuffix(path.Base(name), ".html")
			clone, err := base.Clone()
			if err == nil {
				set[page], err = clone.ParseFS(files, name)
			}
			if err != nil {
				return nil, err
			}
		}
		p.catalogues[lang], p.sets[lang], p.prose[lang] = texts, set, newProse(texts, a)
		if p.help[lang], err = loadManual(files, lang); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// functions are what templates may call. Texts are escaped where they are put.
func functions(c *catalogue, a *assets) template.FuncMap {
	return template.FuncMap{
		"t": c.text, "tor": c.textOr, "bytes": c.bytes, "seconds": c.seconds, "moment": c.moment,
		"figures": c.figures, "quantity": c.quantity, "evidence": c.evidence,
		"asset": a.url, "bundled": a.bundledURL,
		"icon":    func(name string) (template.HTML, error) { return a.icon(name) },
		"navhref": navHref, "pathescape": url.PathEscape,
		"german": func() bool { return c.lang == "de" },
		"share":  func(part, whole float64) float64 { return part / whole * 100 },
		"percent": func(part, whole any) int {
			return percent(toFloat(part), toFloat(whole))
		},
		"steptitle": func(kind string, s Step) string {
			return c.textOr(kind+"."+s.ID+".title", orDefault(s.Title, s.ID))
		},
		"steptext": func(kind string, s Step) string { return c.textOr(kind+"."+s.ID+".text", "") },
		"scaled":   c.scaled, "count": c.count, "rate": c.rate, "section": section, "sparkpath": spark, "names": c.names,
		"letter":      func(i int) string { return string(rune('a' + i%26)) },
		"text":        func(t lab.Text) string { return t.In(c.lang) },
		"lessonstate": lessonState, "watts": c.watts, "flowrate": c.flowRate, "dict": dict,
		"inc": func(i int) int { return i + 1 }, "navlink": func(name, page string) navLink { return navLink{name, page} },
	}
}

// dict makes what a part of a template needs of several values: "Name" value...
func dict(pairs ...any) (map[string]any, error) {
	out := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is no name", pairs[i])
		}
		out[name] = pairs[i+1]
	}
	return out, nil
}

// icon returns a small picture to be drawn in the colour of the text around it.
func (a *assets) icon(name string) (template.HTML, error) {
	svg, ok := a.icons[name]
	if !ok {
		return "", fmt.Errorf("no icon %q", name)
	}
	return template.HTML(svg), nil //nolint:gosec // our own files
}

func percent(part, whole float64) int {
	if whole <= 0 {
		return 0
	}
	if part > 0 && part < whole/100 {
		return 1 // little is not nothing
	}
	return int(min(100, max(0, part/whole*100)))
}

func toFloat(v any) float64 {
	switch n := v.(type) {
	case int:
		return float64(n)
	case int64:
		return float64(n)
	case float64:
		return n
	}
	return 0
}

// routePages registers every page and what it is made of.
func (s *Server) routePages(e *echo.Echo) {
	e.GET("/assets/:hash/*", s.assets.serve)
	g := e.Group("", preferences)
	g.GET("/", s.pageHome)
	g.GET("/components", s.pageComponents)
	g.GET("/components/:name", s.pageComponent)
	g.GET("/capstone", s.pageCapstone)
	g.GET("/plots", s.pagePlots)
	g.GET("/modules", s.pageModules)
	g.GET("/modules/:name", s.pageModule)
	g.GET("/trends", s.pageTrends)
	g.GET("/energy", s.pageEnergy)
	g.GET("/help", s.pageHelp)
	g.GET("/help/:topic", s.pageTopic)
	g.GET("/settings", s.pageSettings)
	e.POST("/settings", s.formSettings)
	s.routeLessonPages(g, e)
	s.routeReview(g, e)
	s.routeReport(e)
	g.GET("/terminal", s.pageTerminal)
	s.routeFunctionPages(g, e)
	e.POST("/capstone/run", s.formCapstone(s.runCapstone))
	e.POST("/capstone/reset", s.formCapstone(s.resetCapstone))
}

// content is what render puts into the frame of all pages.
type content struct {
	status int
	page   string
	now    standing
	data   any
}

// render writes a page; nothing is sent when the template fails.
func (s *Server) render(c echo.Context, p content) error {
	look := s.look(c.Request())
	v := view{
		Page: p.page, Nav: navigation(), Tabs: tabs(), look: look, NextTheme: nextTheme(look.Theme), Path: c.Request().URL.Path,
		Token: s.pageToken(c), Owner: s.signedIn(c), Version: s.opt.Version, Last: p.now.Last, Mood: mood(s.status.load(c.Request().Context()), p.now.Up),
		Done: countReady(p.now.Up), Total: len(p.now.Up), Data: p.data,
	}
	var out bytes.Buffer
	if err := s.pages.sets[look.Lang][p.page].ExecuteTemplate(&out, "layout", v); err != nil {
		return fmt.Errorf("render page %s: %w", p.page, err)
	}
	c.Response().Header().Set("Content-Language", look.Lang)
	c.Response().Header().Add("Vary", "Accept-Language, Cookie")
	return c.HTMLBlob(p.status, out.Bytes())
}

// renderError shows a page that says what happened and what to do.
func (s *Server) renderError(c echo.Context, status int, e *lab.Error) error {
	now, err := s.track.load(c.Request().Context())
	if err != nil {
		return c.String(http.StatusInternalServerError, e.Message+"\n")
	}
	return s.render(c, content{status, "error", now, map[string]any{"Status": status, "Error": e}})
}

func nextTheme(theme string) string {
	all := themes()
	for i, t := range all {
		if t == theme {
			return all[(i+1)%len(all)]
		}
	}
	return all[0]
}
