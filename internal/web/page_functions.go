package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// The states of a function.
const (
	// functionZero has no replica and is to have none; a call wakes it.
	functionZero = "zero"
	// functionStarting has fewer replicas than it is to have.
	functionStarting = "running"
	functionReady    = "ready"
)

func functionState(f Function) string {
	switch {
	case f.Replicas == 0:
		return functionZero
	case f.Ready < f.Replicas:
		return functionStarting
	}
	return functionReady
}

// functionView is a function with its figures, for pages and for the API.
type functionView struct {
	Function
	State string `json:"state"`
	// Figures are nil while Prometheus does not answer.
	Figures *Figures `json:"figures"`
}

// functionsData is what the page of all functions shows.
type functionsData struct {
	Functions []functionView
	// Spaces is true when they live in more than one namespace.
	Spaces         bool
	Ready          int
	CallsPerSecond float64
	Method         string
	Error          *lab.Error
	HasStore       bool
	Async          asyncData
	HasLambda      bool
	Lambda         []lambdaView
}

// lambdaView is a Lambda function and what is known of its pods.
type lambdaView struct {
	LambdaFunction
	Figures *Figures `json:"figures"`
}

func (s *Server) pageFunctions(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	data := functionsData{Async: s.functions.async(ctx), HasStore: s.functions.offers.load(ctx).err == nil}
	list, method, err := s.functions.views(ctx)
	if err != nil {
		data.Error = lab.AsError(err)
	}
	data.Functions, data.Method = list, method
	for _, f := range list {
		data.Spaces = data.Spaces || f.Namespace != list[0].Namespace
		if f.State != functionStarting {
			data.Ready++
		}
		if f.Figures != nil {
			data.CallsPerSecond += f.Figures.CallsPerSecond
		}
	}
	data.Lambda, err = s.functions.lambdaViews(ctx)
	data.HasLambda = err == nil
	return s.render(c, content{http.StatusOK, "functions", now, data})
}

// views returns all functions with their figures, and how energy is found.
func (f *functionSet) views(ctx context.Context) ([]functionView, string, error) {
	list := f.list.load(ctx)
	if list.err != nil {
		return nil, "", list.err
	}
	known := f.figures.load(ctx)
	out := make([]functionView, 0, len(list.value))
	for _, function := range list.value {
		out = append(out, functionView{function, functionState(function), figuresOf(known, function.FunctionID)})
	}
	return out, known.value.Method, nil
}

// figuresOf returns the figures of a function; nil while Prometheus does not answer.
func figuresOf(known answered[figures], id FunctionID) *Figures {
	if known.err != nil {
		return nil
	}
	found := known.value.of[id.String()]
	found.EnergyMethod = known.value.Method
	return &found
}

func (f *functionSet) lambdaViews(ctx context.Context) ([]lambdaView, error) {
	list := f.lambda.load(ctx)
	if list.err != nil {
		return nil, list.err
	}
	known := f.figures.load(ctx)
	out := make([]lambdaView, 0, len(list.value))
	for _, function := range list.value {
		view := lambdaView{LambdaFunction: function}
		if known.err == nil {
			view.Figures = known.value.together(function.Series)
		}
		out = append(out, view)
	}
	return out, nil
}

// asyncData is the asynchronous side of the gateway; nil is what it does not offer.
type asyncData struct {
	State   *QueueState
	Letters []DeadLetter
	// HasEvents is false where the gateway has none to show.
	HasEvents bool
	Events    []FunctionEvent
}

func (f *functionSet) async(ctx context.Context) asyncData {
	var data asyncData
	if state := f.state.load(ctx); state.err == nil {
		data.State = &state.value
	}
	data.Letters = f.letters.load(ctx).value
	events := f.events.load(ctx)
	data.HasEvents, data.Events = events.err == nil, events.value
	return data
}

// formReplay puts a dead letter back and shows the list again.
func (s *Server) formReplay(c echo.Context) error {
	if err := s.functions.replay(c.Request().Context(), param(c, "id")); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/functions#async")
}

// storeData is what the page of the store shows.
type storeData struct {
	Offers []offer
	Error  *lab.Error
}

// offer is one function of the store, and the function it has become.
type offer struct {
	StoreFunction
	Deployed *functionView
}

func (s *Server) pageStore(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	var data storeData
	offers := s.functions.offers.load(ctx)
	if errors.Is(offers.err, ErrAbsent) {
		return offers.err
	}
	if offers.err != nil {
		data.Error = lab.AsError(offers.err)
	}
	deployed := map[string]*functionView{}
	for _, f := range s.functions.list.load(ctx).value {
		deployed[f.Name] = &functionView{Function: f, State: functionState(f)}
	}
	for _, o := range offers.value {
		data.Offers = append(data.Offers, offer{o, deployed[o.Name]})
	}
	return s.render(c, content{http.StatusOK, "store", now, data})
}

// formDeploy deploys an offer and shows the function, which is starting.
func (s *Server) formDeploy(c echo.Context) error {
	id, err := s.functions.deploy(c.Request().Context(), c.FormValue("name"))
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, functionHref(id))
}

func functionHref(id FunctionID) string { return "/functions/" + id.Namespace + "/" + id.Name }

// spark draws values as a line of steps, 120 wide and 24 high; where there is no
// value there is no line.
func spark(values []*float64) string {
	most := 1.0
	for _, v := range values {
		if v != nil {
			most = max(most, *v)
		}
	}
	var path strings.Builder
	drawing := false
	for i, v := range values {
		if v == nil {
			drawing = false
			continue
		}
		x, y := float64(i)*120/float64(max(1, len(values)-1)), 22-*v/most*20
		if drawing {
			fmt.Fprintf(&path, "H%.1fV%.1f", x, y)
		} else {
			fmt.Fprintf(&path, "M%.1f %.1f", x, y)
		}
		drawing = true
	}
	return path.String()
}
