package web

import (
	"context"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// mostFindings are how many answers to a search are shown, mostQuery how long it may
// be.
const (
	mostFindings = 30
	mostQuery    = 100
)

// helpPage is what the help's first page shows: its topics, or what a search found.
type helpPage struct {
	Query    string
	Findings []finding
	Topics   []topic
	Terms    []termView
}

// termView is a term with its text rendered.
type termView struct {
	term
	HTML template.HTML
}

func (s *Server) pageHelp(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	lang := s.look(c.Request()).Lang
	book, words := s.pages.help[lang], s.pages.prose[lang]
	query := strings.TrimSpace(c.QueryParam("q"))
	if runes := []rune(query); len(runes) > mostQuery {
		query = string(runes[:mostQuery])
	}
	data := helpPage{Query: query, Topics: book.Topics}
	if query != "" {
		data.Findings = search(query, append(book.sources(), s.lessonSources(ctx, lang)...), mostFindings)
	}
	for _, t := range book.Terms {
		text, err := words.html("glossary", t.Text, nil)
		if err != nil {
			return err
		}
		data.Terms = append(data.Terms, termView{t, text})
	}
	return s.render(c, content{http.StatusOK, "help", now, data})
}

// sources are all topics and terms.
func (m *manual) sources() []source {
	var out []source
	for _, t := range m.Topics {
		out = append(out, source{finding{Kind: "topic", Title: t.Title, Href: "/help/" + t.ID}, bare(t.Text)})
	}
	for _, t := range m.Terms {
		out = append(out, source{finding{Kind: "term", Title: t.Term, Href: "/help#term-" + t.ID, Trend: t.Trend}, bare(t.Text)})
	}
	return out
}

// LessonWords is what Lessons may be besides, so that a search finds what lessons say.
type LessonWords interface {
	// Words returns all that a lesson says. Other than Show it does not open the lesson.
	Words(ctx context.Context, lesson string) lab.Text
}

// lessonSources are all lessons; without lessons there is just less to find.
func (s *Server) lessonSources(ctx context.Context, lang string) []source {
	var out []source
	words, known := s.opt.Lessons.Lessons.(LessonWords)
	for _, trend := range s.progress(ctx).Trends {
		for _, lesson := range trend.Lessons {
			text := ""
			if known {
				text = words.Words(ctx, lesson.ID).In(lang)
			}
			out = append(out, source{
				finding{Kind: "lesson", Title: lesson.Title.In(lang), Href: "/lessons/" + lesson.ID, Trend: lesson.Trend}, bare(text),
			})
		}
	}
	return out
}

// topicPage is what one page of the help shows.
type topicPage struct {
	topic
	HTML   template.HTML
	Topics []topic
}

func (s *Server) pageTopic(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	lang := s.look(c.Request()).Lang
	book := s.pages.help[lang]
	at := slices.IndexFunc(book.Topics, func(t topic) bool { return t.ID == param(c, "topic") })
	if at < 0 {
		return lab.Errorf(lab.CodeNotFound, "see all of them under Help", "the help has no page %q", param(c, "topic"))
	}
	data := topicPage{topic: book.Topics[at], Topics: book.Topics}
	if data.HTML, err = s.pages.prose[lang].html("help", data.Text, nil); err != nil {
		return err
	}
	return s.render(c, content{http.StatusOK, "topic", now, data})
}
