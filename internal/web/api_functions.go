package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// routeFunctionPages registers the pages of functions and what their forms do.
func (s *Server) routeFunctionPages(g *echo.Group, e *echo.Echo) {
	g.GET("/functions", s.pageFunctions)
	g.GET("/functions/store", s.pageStore)
	g.GET("/functions/:namespace/:name", s.pageFunction)
	g.GET("/functions/:namespace/:name/invoke", s.backToFunction)
	e.POST("/functions/store", s.formDeploy)
	e.POST("/functions/dead-letters/:id/replay", s.formReplay)
	e.POST("/functions/:namespace/:name/invoke", s.formInvoke)
	e.POST("/functions/:namespace/:name/scale", s.formScale)
	e.POST("/functions/:namespace/:name/delete", s.formDelete)
}

// routeFunctionAPI registers the same for programs.
func (s *Server) routeFunctionAPI(g *echo.Group) {
	g.GET("", s.apiFunctions)
	g.GET("/store", func(c echo.Context) error { return sendAnswer(c, s.functions.offers) })
	g.GET("/queue", func(c echo.Context) error { return sendAnswer(c, s.functions.state) })
	g.GET("/dead-letters", func(c echo.Context) error { return sendAnswer(c, s.functions.letters) })
	g.GET("/events", func(c echo.Context) error { return sendAnswer(c, s.functions.events) })
	g.GET("/lambda", s.apiLambda)
	g.POST("/store/:name/deploy", s.apiDeploy)
	g.POST("/dead-letters/:id/replay", s.apiReplay)
	g.GET("/:namespace/:name", s.apiFunction)
	g.GET("/:namespace/:name/logs", s.apiFunctionLogs)
	g.GET("/:namespace/:name/plots/:plot", s.apiFunctionPlot)
	g.POST("/:namespace/:name/invoke", s.apiInvoke)
	g.POST("/:namespace/:name/scale", s.apiScale)
	g.POST("/:namespace/:name/delete", s.apiDelete)
}

// sendAnswer answers with what is remembered.
func sendAnswer[T any](c echo.Context, m *memo[answered[T]]) error {
	answer := remembered(c, m)
	if answer.err != nil {
		return answer.err
	}
	return c.JSON(http.StatusOK, answer.value)
}

func (s *Server) apiFunctions(c echo.Context) error {
	list, _, err := s.functions.views(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, orEmpty(list))
}

func (s *Server) apiLambda(c echo.Context) error {
	list, err := s.functions.lambdaViews(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, orEmpty(list))
}

func (s *Server) apiFunction(c echo.Context) error {
	ctx, id := c.Request().Context(), functionID(c)
	function, err := s.functions.find(ctx, id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, functionView{function, functionState(function), figuresOf(s.functions.figures.load(ctx), id)})
}

func functionPlotURL(id FunctionID) string { return "/api/v1" + functionHref(id) + "/plots/" }

// apiFunctionPlot answers one plot of one function for the last fifteen minutes.
func (s *Server) apiFunctionPlot(c echo.Context) error {
	ctx := c.Request().Context()
	function, err := s.functions.find(ctx, functionID(c))
	if err != nil {
		return err
	}
	plots := functionPlots(function.FunctionID)
	at := slices.IndexFunc(plots, func(p Plot) bool { return p.ID == c.Param("plot") })
	if at < 0 {
		return lab.Errorf(lab.CodeNotFound, "see the page of the function", "functions have no plot %q", c.Param("plot"))
	}
	series, err := s.prometheus.series(ctx, plots[at])
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, series)
}

// apiFunctionLogs streams text/plain; ?follow=1 goes on until the viewer leaves.
func (s *Server) apiFunctionLogs(c echo.Context) error {
	if s.functions.Logs == nil {
		return notYet("the log")
	}
	function, err := s.functions.find(c.Request().Context(), functionID(c))
	if err != nil {
		return err
	}
	tail, follow, err := logRange(c)
	if err != nil {
		return err
	}
	return s.streamLog(c, func(ctx context.Context, w io.Writer) error {
		return s.functions.Logs(ctx, FunctionLog{ID: function.FunctionID, Follow: follow, Tail: tail}, w)
	})
}

// apiInvocation is a call in the API; Body is text.
type apiInvocation struct {
	Method      string `json:"method"`
	Path        string `json:"path"`
	ContentType string `json:"contentType"`
	Body        string `json:"body"`
}

// apiAnswer is what came of it. Body is base64 of the bytes, Text the same where it is text.
type apiAnswer struct {
	FunctionAnswer
	Text string `json:"text,omitempty"`
}

func (s *Server) apiInvoke(c echo.Context) error {
	var in apiInvocation
	if err := readJSON(c, &in); err != nil {
		return err
	}
	answer, err := s.invoke(c.Request().Context(), FunctionCall{
		ID: functionID(c), Method: in.Method, Path: in.Path, ContentType: in.ContentType, Body: []byte(in.Body),
	})
	if err != nil {
		return err
	}
	out := apiAnswer{FunctionAnswer: answer}
	if utf8.Valid(answer.Body) {
		out.Text = string(answer.Body)
	}
	return c.JSON(http.StatusOK, out)
}

func (s *Server) apiScale(c echo.Context) error {
	var in struct {
		Replicas *int `json:"replicas"`
	}
	if err := readJSON(c, &in); err != nil {
		return err
	}
	if in.Replicas == nil {
		return lab.Errorf(lab.CodeUsage, `send {"replicas": 2}`, "the number of replicas is missing")
	}
	if err := s.functions.scale(c.Request().Context(), functionID(c), *in.Replicas); err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, map[string]int{"replicas": *in.Replicas})
}

func (s *Server) apiDelete(c echo.Context) error {
	if err := s.functions.remove(c.Request().Context(), functionID(c)); err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, map[string]bool{"deleted": true})
}

func (s *Server) apiDeploy(c echo.Context) error {
	id, err := s.functions.deploy(c.Request().Context(), param(c, "name"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, id)
}

func (s *Server) apiReplay(c echo.Context) error {
	if err := s.functions.replay(c.Request().Context(), param(c, "id")); err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, map[string]bool{"replayed": true})
}

// readJSON reads a body that is one JSON object; the size is bounded already.
func readJSON(c echo.Context, into any) error {
	decoder := json.NewDecoder(c.Request().Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return lab.Errorf(lab.CodeUsage, "send JSON", "%w", fmt.Errorf("the body is not what is expected: %w", err))
	}
	return nil
}
