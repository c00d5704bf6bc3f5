package web

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// functionData is what the page of one function shows.
type functionData struct {
	functionView
	// Plots and Log are left out when only the figures are refreshed.
	Plots    []plotData
	Tail     int64
	Log      string
	LogError *lab.Error
	Call     invocation
	Methods  []string
	Facts    []factGroup
	// Fewer and More are the neighbours of the number of replicas.
	Fewer, More int
}

// factGroup is a list of names, with values where they may be shown.
type factGroup struct {
	// Title selects the text functions.<Title>.
	Title string
	Lines []headerLine
}

func functionID(c echo.Context) FunctionID {
	return FunctionID{Namespace: param(c, "namespace"), Name: param(c, "name")}
}

func (s *Server) pageFunction(c echo.Context) error {
	id := functionID(c)
	return s.showFunction(c, id, s.functions.suggest(c.Request().Context(), id.Name))
}

// suggest fills the form in with what the store says to try.
func (f *functionSet) suggest(ctx context.Context, name string) invocation {
	call := blankInvocation()
	for _, o := range f.offers.load(ctx).value {
		if o.Name != name || o.Example == "" {
			continue
		}
		call.Body = o.Example
		if !json.Valid([]byte(o.Example)) {
			call.Type = "text/plain"
		}
	}
	return call
}

// backToFunction is for who reloads the page of an answer: the call is not repeated.
func (s *Server) backToFunction(c echo.Context) error {
	function, err := s.functions.find(c.Request().Context(), functionID(c))
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, functionHref(function.FunctionID))
}

// showFunction writes the page, with the outcome of a call where one was made.
func (s *Server) showFunction(c echo.Context, id FunctionID, call invocation) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	function, err := s.functions.find(ctx, id)
	if err != nil {
		return err
	}
	data := functionData{
		functionView: functionView{function, functionState(function), figuresOf(s.functions.figures.load(ctx), id)},
		Tail:         pageTail, Call: call, Methods: invokeMethods(), Facts: factsOf(function),
		Fewer: max(0, function.Replicas-1), More: function.Replicas + 1,
	}
	if c.Request().Header.Get("X-Refresh") == "" {
		var group sync.WaitGroup
		group.Go(func() { data.Log, data.LogError = s.readFunctionLog(ctx, id) })
		group.Go(func() { data.Plots = s.fillPlots(ctx, functionPlots(id), functionPlotURL(id)) })
		group.Wait()
	}
	return s.render(c, content{http.StatusOK, "function", now, data})
}

// factsOf lists what a function was deployed with.
func factsOf(f Function) []factGroup {
	names := func(list []string) []headerLine {
		var out []headerLine
		for _, name := range list {
			out = append(out, headerLine{Name: name})
		}
		return out
	}
	pairs := func(all ...map[string]string) []headerLine {
		var out []headerLine
		for _, m := range all {
			for _, key := range slices.Sorted(maps.Keys(m)) {
				out = append(out, headerLine{key, m[key]})
			}
		}
		return out
	}
	groups := []factGroup{
		{"environment", names(f.Environment)}, {"secrets", names(f.Secrets)}, {"labels", pairs(f.Labels)},
		{"annotations", pairs(f.Annotations)}, {"requests", pairs(f.Requests)}, {"limits", pairs(f.Limits)}, {"constraints", names(f.Constraints)},
	}
	return slices.DeleteFunc(groups, func(g factGroup) bool { return len(g.Lines) == 0 })
}

// readFunctionLog returns the last lines; a gateway that is slow to answer does not
// hold up the page.
func (s *Server) readFunctionLog(ctx context.Context, id FunctionID) (string, *lab.Error) {
	if s.functions.Logs == nil {
		return "", lab.AsError(notYet("the log"))
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	const limit = 256 << 10
	var out bytes.Buffer
	err := s.functions.Logs(ctx, FunctionLog{ID: id, Tail: pageTail}, &limitWriter{&out, limit})
	if err != nil && out.Len() == 0 {
		return "", lab.AsError(err)
	}
	return out.String(), nil
}

// formScale sets the number of replicas and shows the function again.
func (s *Server) formScale(c echo.Context) error {
	replicas, err := strconv.Atoi(c.FormValue("replicas"))
	if err != nil {
		return lab.Errorf(lab.CodeUsage, "give a number from 0 to 1000", "%q is no number of replicas", clip(c.FormValue("replicas"), 20))
	}
	id := functionID(c)
	if err := s.functions.scale(c.Request().Context(), id, replicas); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, functionHref(id))
}

// formDelete deletes the function and goes back to the list.
func (s *Server) formDelete(c echo.Context) error {
	if err := s.functions.remove(c.Request().Context(), functionID(c)); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/functions")
}
