package web

import (
	"context"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// lessonWriter renders the texts of one lesson in one language; the first error is
// kept.
type lessonWriter struct {
	prose    *prose
	lang     string
	lesson   string
	pictures pictureBy
	err      error
}

func (s *Server) lessonWriter(ctx context.Context, lang, lesson string) *lessonWriter {
	return &lessonWriter{
		prose: s.pages.prose[lang], lang: lang, lesson: lesson,
		pictures: func(name string) (string, error) { return s.cleanPicture(ctx, lesson, name) },
	}
}

func (w *lessonWriter) text(t lab.Text) template.HTML {
	out, err := w.prose.html(w.lesson, t.In(w.lang), w.pictures)
	if err != nil && w.err == nil {
		w.err = err
	}
	return out
}

func (w *lessonWriter) code(language, text string) template.HTML {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return w.prose.code(language, text)
}

// cleanPicture returns a lesson's picture as it may stand in a page.
func (s *Server) cleanPicture(ctx context.Context, lesson, name string) (string, error) {
	lessons, err := s.lessons()
	if err != nil {
		return "", err
	}
	data, err := lessons.Picture(ctx, lesson, name)
	if err != nil {
		return "", err
	}
	return cleanSVG(data, picturePrefix)
}

// pictureStyle gives a picture that is opened by itself the colours of the dashboard.
const pictureStyle = `<style>:root{color-scheme:light dark;background:light-dark(#fff,#13181b);color:light-dark(#14191b,#e8edee);` +
	`font-family:system-ui,sans-serif}.pic-accent{color:light-dark(#0a6b5c,#4fd3b8)}.pic-muted{color:light-dark(#5d696d,#85939a)}` +
	`.pic-good{color:light-dark(#0a7a55,#45d39b)}.pic-bad{color:light-dark(#b3251d,#ff8a80)}</style>`

// lessonPicture sends a picture by itself. It can neither run a script nor load
// anything.
func (s *Server) lessonPicture(c echo.Context) error {
	svg, err := s.cleanPicture(c.Request().Context(), lessonID(c), param(c, "name"))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	svg = strings.Replace(strings.ReplaceAll(svg, picturePrefix, ""), ">", ">"+pictureStyle, 1)
	return c.Blob(http.StatusOK, "image/svg+xml", []byte(svg))
}

// solutionShelf keeps the solutions that were asked for, so that a page shows them
// again without asking, which is counted. It is safe for concurrent use.
type solutionShelf struct {
	mu  sync.Mutex
	all map[string]lab.Solution
}

func (s *solutionShelf) get(lesson, task string) (lab.Solution, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.all[lesson+"/"+task]
	return found, ok
}

func (s *solutionShelf) put(lesson, task string, solution lab.Solution) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[string]lab.Solution{}
	}
	s.all[lesson+"/"+task] = solution
}
