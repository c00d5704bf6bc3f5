package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// trendPage is what the page of the trends shows.
type trendPage struct {
	Trends   []trendView
	Practice []practiceView
	Capstone capstoneSummary
}

// trendView is one trend: what it is about, its systems and how far the learner is.
type trendView struct {
	trendProgress
	Module  *lab.Module
	Systems []systemView
	Source  string
}

// systemView is a system and where it is opened; URL is empty while it cannot be.
type systemView struct {
	courseSystem
	URL string
	// Inside says that the URL is a page of the dashboard.
	Inside bool
}

// practiceView is a task of the practice phase.
type practiceView struct {
	ID string
	trendProgress
}

func (s *Server) pageTrends(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	p, links, modules := s.progress(ctx), s.links.load(ctx), s.opt.Modules(ctx)
	data := trendPage{Capstone: s.summarizeCapstone(c, now)}
	for i, trend := range trendNames() {
		view := trendView{trendProgress: p.of(trend), Source: courseSources()[i].URL}
		if at := slices.IndexFunc(modules, func(m lab.Module) bool { return m.Name == trend }); at >= 0 {
			view.Module = &modules[at]
		}
		for _, system := range courseSystems(trend) {
			view.Systems = append(view.Systems, locate(system, links))
		}
		data.Trends = append(data.Trends, view)
	}
	for _, id := range coursePractice() {
		data.Practice = append(data.Practice, practiceView{id, p.of(id)})
	}
	return s.render(c, content{http.StatusOK, "trends", now, data})
}

// locate finds where a system is opened.
func locate(system courseSystem, links []lab.Link) systemView {
	if strings.HasPrefix(system.Link, "/") {
		return systemView{system, system.Link, true}
	}
	return systemView{system, linkURL(links, system.Link), false}
}

func linkURL(links []lab.Link, id string) string {
	for _, link := range links {
		if link.ID == id {
			return link.URL
		}
	}
	return ""
}
