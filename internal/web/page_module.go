package web

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// mostRows bounds a table of a module's page.
const mostRows = 200

// modulePage is what the page of one module shows: how it fares, and the pages that it
// has declared.
type modulePage struct {
	lab.Module
	Shown []shownPage
}

// shownPage is one page of a module, in one language.
type shownPage struct {
	ID, Title string
	Parts     []shownPart
}

// shownPart is one part of it; one of HTML, Plot, Table and Links is set.
type shownPart struct {
	Title string
	HTML  template.HTML
	Plot  *plotData
	Table *shownTable
	Links []shownLink
}

type shownTable struct {
	Query string
	Heads []string
	Rows  [][]shownCell
	Error *lab.Error
}

// shownCell is a label, or a number in a unit.
type shownCell struct {
	Text   string
	Value  float64
	Unit   string
	Number bool
}

type shownLink struct{ Title, URL string }

// findModule returns a module by its name; CodeNotFound where there is none.
func (s *Server) findModule(ctx context.Context, name string) (lab.Module, error) {
	for _, m := range s.opt.Modules(ctx) {
		if m.Name == name {
			return m, nil
		}
	}
	return lab.Module{}, lab.Errorf(lab.CodeNotFound, "All there are: labbox module list", "there is no module %q", name)
}

func (s *Server) pageModule(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	m, err := s.findModule(ctx, param(c, "name"))
	if err != nil {
		return err
	}
	data := modulePage{Module: m, Shown: make([]shownPage, len(m.Pages))}
	lang := s.look(c.Request()).Lang
	var group sync.WaitGroup
	for i, page := range m.Pages {
		data.Shown[i] = shownPage{ID: page.ID, Title: page.Title.In(lang), Parts: make([]shownPart, len(page.Parts))}
		for n, part := range page.Parts {
			group.Go(func() { data.Shown[i].Parts[n] = s.showPart(ctx, partPlace{m.Name, page.ID, n, lang}, part) })
		}
	}
	group.Wait()
	return s.render(c, content{http.StatusOK, "module", now, data})
}

// partPlace says which part of which page, and in which language.
type partPlace struct {
	module, page string
	part         int
	lang         string
}

// plotID names a plot in the API: page and number.
func (p partPlace) plotID() string { return fmt.Sprintf("%s-%d", p.page, p.part) }

func (s *Server) showPart(ctx context.Context, at partPlace, part lab.PagePart) shownPart {
	out := shownPart{Title: part.Title.In(at.lang)}
	switch {
	case part.Markdown != nil:
		html, err := s.pages.prose[at.lang].html("module "+at.module, part.Markdown.In(at.lang), nil)
		if err != nil {
			s.opt.Log.Warn("a text of a module cannot be shown", "module", at.module, "error", err)
		}
		out.HTML = html
	case part.Plot != nil:
		base := "/api/v1/modules/" + url.PathEscape(at.module) + "/plots/"
		out.Plot = &s.fillPlots(ctx, []Plot{declaredPlot(at.plotID(), *part.Plot)}, base)[0]
	case part.Table != nil:
		out.Table = s.fillTable(ctx, *part.Table, at.lang)
	}
	for _, l := range part.Links {
		out.Links = append(out.Links, shownLink{l.Title.In(at.lang), l.URL})
	}
	return out
}

func declaredPlot(id string, p lab.PagePlot) Plot {
	return Plot{ID: id, Query: p.Query, Legend: p.Legend, Unit: p.Unit, Stacked: p.Stacked}
}

// apiModulePlot answers one declared plot of a module for the last fifteen minutes; no
// other question is passed on.
func (s *Server) apiModulePlot(c echo.Context) error {
	ctx := c.Request().Context()
	m, err := s.findModule(ctx, param(c, "name"))
	if err != nil {
		return err
	}
	for _, page := range m.Pages {
		for n, part := range page.Parts {
			id := partPlace{page: page.ID, part: n}.plotID()
			if part.Plot == nil || id != param(c, "plot") {
				continue
			}
			series, err := s.prometheus.series(ctx, declaredPlot(m.Name+"/"+id, *part.Plot))
			if err != nil {
				return err
			}
			return c.JSON(http.StatusOK, series)
		}
	}
	return lab.Errorf(lab.CodeNotFound, "see the page of the module", "module %s has no plot %q", m.Name, param(c, "plot"))
}

// fillTable asks Prometheus and lays the answer out in the declared columns.
func (s *Server) fillTable(ctx context.Context, t lab.PageTable, lang string) *shownTable {
	out := &shownTable{Query: t.Query}
	for _, c := range t.Columns {
		out.Heads = append(out.Heads, c.Title.In(lang))
	}
	body, err := s.prometheus.ask(ctx, "/api/v1/query", url.Values{"query": {t.Query}})
	if err != nil {
		out.Error = lab.AsError(err)
		return out
	}
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string  `json:"metric"`
				Value  [2]json.RawMessage `json:"value"`
			} `json:"result"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		out.Error = lab.Errorf(lab.CodeNotReady, "wait until the lab is ready", "Prometheus did not answer the query %s", t.Query)
		return out
	}
	for _, r := range answer.Data.Result {
		_, value, known := decodePoint(r.Value)
		row := make([]shownCell, 0, len(t.Columns))
		for _, c := range t.Columns {
			if c.Label != "" {
				row = append(row, shownCell{Text: r.Metric[c.Label]})
				continue
			}
			row = append(row, shownCell{Value: value, Unit: c.Unit, Number: known, Text: "–"})
		}
		out.Rows = append(out.Rows, row)
	}
	slices.SortFunc(out.Rows, compareRows)
	out.Rows = out.Rows[:min(len(out.Rows), mostRows)]
	return out
}

func compareRows(a, b []shownCell) int {
	for i := range a {
		if n := cmp.Compare(a[i].Text, b[i].Text); n != 0 {
			return n
		}
	}
	return 0
}
