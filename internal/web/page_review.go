package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// maxReflection bounds what is written to one question.
const maxReflection = 64 << 10

// reflectionQuestions are the three of the course; review.question.<ID> asks them.
func reflectionQuestions() []string { return []string{"appeal", "career", "projects"} }

// focusStep is under what the next step of the learner's focus is kept.
const focusStep = "focus"

// reviewPage is what the review page shows.
type reviewPage struct {
	Questions []reflection
	// CanWrite is false where nothing is kept.
	CanWrite bool
	// Focus is a trend, FocusText the learner's next step in it.
	Focus, FocusText string
	Trends           []string
	Progress         progress
	Roadmap          []roadmapRow
	Tools            []toolView
	Sources          []courseSource
	Results          []courseResult
	Capstone         capstoneSummary
	// Name is what the report calls the learner, CanReport says that there is one.
	Name      string
	CanReport bool
}

// reflection is a question and what the learner wrote.
type reflection struct {
	ID, Text string
	Changed  *time.Time
}

// toolView is a recommended tool and where it is opened.
type toolView struct {
	courseTool
	URL string
}

func (s *Server) routeReview(g *echo.Group, e *echo.Echo) {
	g.GET("/review", s.pageReview)
	e.POST("/review/focus", s.formFocus)
	e.POST("/review/name", s.formName)
	e.POST("/review/:question", s.formReflection)
}

func (s *Server) pageReview(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	links := s.links.load(ctx)
	data := reviewPage{
		CanWrite: s.opt.Memory != nil, Focus: s.preferences.load(ctx)[prefFocus], Trends: trendNames(),
		Progress: s.progress(ctx), Sources: courseSources(), Capstone: s.summarizeCapstone(c, now),
		Name: s.preferences.load(ctx)[prefName], CanReport: s.opt.Report != nil,
	}
	if data.Questions, err = s.reflections(c); err != nil {
		return err
	}
	data.FocusText = data.Questions[len(data.Questions)-1].Text
	data.Questions = data.Questions[:len(data.Questions)-1]
	for _, tool := range courseTools() {
		data.Tools = append(data.Tools, toolView{tool, linkURL(links, tool.Link)})
	}
	data.Roadmap = roadmap(data.Progress)
	data.Results = courseResults(data.Progress, data.Focus, data.Capstone.Mood == "passed")
	return s.render(c, content{http.StatusOK, "review", now, data})
}

// reflections are the answers to the questions, then the focus' next step.
func (s *Server) reflections(c echo.Context) ([]reflection, error) {
	var written []lab.Note
	if s.opt.Memory != nil {
		var err error
		if written, err = s.opt.Memory.Reflections(c.Request().Context()); err != nil {
			return nil, err
		}
	}
	var out []reflection
	for _, id := range append(reflectionQuestions(), focusStep) {
		r := reflection{ID: id}
		if at := slices.IndexFunc(written, func(n lab.Note) bool { return n.Subject == id }); at >= 0 {
			r.Text = written[at].Text
			if !written[at].Changed.IsZero() {
				r.Changed = &written[at].Changed
			}
		}
		out = append(out, r)
	}
	return out, nil
}

func (s *Server) formReflection(c echo.Context) error {
	question := param(c, "question")
	if !slices.Contains(reflectionQuestions(), question) {
		return lab.Errorf(lab.CodeNotFound, "see them under Review", "there is no question %q", question)
	}
	if err := s.keepReflection(c, question); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/review#question-"+question)
}

// keepReflection stores the form's text under subject.
func (s *Server) keepReflection(c echo.Context, subject string) error {
	if s.opt.Memory == nil {
		return notYet("the learner's notebook")
	}
	text := strings.ReplaceAll(c.FormValue("text"), "\r\n", "\n")
	if len(text) > maxReflection {
		return lab.Errorf(lab.CodeUsage, "shorten it", "the text has %d bytes; %d are the most", len(text), maxReflection)
	}
	if err := s.opt.Memory.SetReflection(c.Request().Context(), subject, text); err != nil {
		return err
	}
	return nil
}

// formFocus keeps the trend that the learner wants to go deeper into.
func (s *Server) formFocus(c echo.Context) error {
	focus := c.FormValue("focus")
	if focus != "" && !slices.Contains(trendNames(), focus) {
		return lab.Errorf(lab.CodeUsage, "choose one of the five trends", "there is no trend %q", focus)
	}
	if err := s.keepReflection(c, focusStep); err != nil {
		return err
	}
	if err := s.prefer(c.Request().Context(), prefFocus, focus); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/review#focus")
}

// maxName bounds the learner's name, in bytes.
const maxName = 400

// formName keeps how the report calls the learner.
func (s *Server) formName(c echo.Context) error {
	name := strings.Join(strings.Fields(c.FormValue("name")), " ")
	if len(name) > maxName {
		return lab.Errorf(lab.CodeUsage, "shorten it", "the name has %d bytes; %d are the most", len(name), maxName)
	}
	if err := s.prefer(c.Request().Context(), prefName, name); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/review#report")
}
