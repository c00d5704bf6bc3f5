package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/labbox/labbox/internal/lab"
)

// statusAge is how old a Status may be that is shown; it keeps forty viewers from
// asking forty times.
const statusAge = time.Second

// linksAge is the same of links; the names of users in them are asked of the cluster.
const linksAge = 2 * time.Second

// memoPatience bounds one question to the lab.
const memoPatience = 5 * time.Second

// Server holds what the two handlers share. It is safe for concurrent use.
type Server struct {
	opt     Options
	pages   *pages
	assets  *assets
	track   *tracker
	metrics *metrics
	status  *memo[lab.Status]
	links   *memo[[]lab.Link]
	// prometheus and functions are asked once for all viewers.
	prometheus *promClient
	functions  *functionSet
	energy     *memo[answered[energyFigures]]
	flow       *memo[map[string]flowRate]
	// preferences are what the settings page stored.
	preferences *memo[map[string]string]
	solutions   solutionShelf
	terminals   *terminals
	hosts       map[string]bool
	// token must come with every unsafe request over TCP. Only who can read a page
	// knows it, and other origins cannot.
	token string
	// sessions are the browsers the owner has signed in with, tickets the links that
	// sign one in, attempts the bound on guesses.
	sessions, tickets *secrets
	attempts          *attempts
	// invokePatience is how long the answer of a function is waited for.
	invokePatience time.Duration

	closeOnce sync.Once
	done      chan struct{}
}

// New builds a Server; it neither listens nor asks anything of the lab. An error
// means that the assets are damaged or the address is not one.
func New(opt Options) (*Server, error) {
	opt.setDefaults()
	hosts, err := allowedHosts(opt.Addr, opt.Hosts)
	if err != nil {
		return nil, err
	}
	files, err := newAssets(opt.Assets)
	if err != nil {
		return nil, fmt.Errorf("read dashboard assets: %w", err)
	}
	pages, err := newPages(opt.Assets, files)
	if err != nil {
		return nil, fmt.Errorf("read dashboard pages: %w", err)
	}
	s := &Server{
		opt: opt, pages: pages, assets: files, hosts: hosts, token: rand.Text(), done: make(chan struct{}),
		track:    newTracker(opt.Events, opt.Steps, opt.CapstoneSteps),
		sessions: newSecrets(sessionLife, sessionIdle), tickets: newSecrets(ticketLife, 0), attempts: newAttempts(),
		invokePatience: invokePatience,
		status:         &memo[lab.Status]{age: statusAge, get: opt.Status},
		links:          &memo[[]lab.Link]{age: linksAge, get: opt.Links},
		prometheus:     newPrometheus(opt.Prometheus, opt.PrometheusURL),
	}
	s.functions = newFunctions(opt.Functions, s.prometheus)
	s.energy = asked(queryAge, s.prometheus.energy)
	s.flow = &memo[map[string]flowRate]{age: flowAge, get: s.prometheus.flowRates}
	s.preferences = s.newPreferences()
	s.terminals = newTerminals(opt.Shell, opt.Log)
	s.metrics = newMetrics(s)
	return s, nil
}

// Close ends all event and log streams, so that http.Server.Shutdown need not wait
// for viewers, and all terminals. The handlers go on answering everything else.
func (s *Server) Close() {
	s.closeOnce.Do(func() {
		close(s.done)
		s.terminals.close()
	})
}

// Handler is for the loopback TCP listener. The http.Server around it must not set
// a WriteTimeout, for streams last.
func (s *Server) Handler() http.Handler { return s.enter(&door{hosts: s.hosts}) }

// AdminHandler is for a unix socket with mode 0600: whoever can open it may do all.
func (s *Server) AdminHandler() http.Handler {
	e := s.newEcho()
	e.Use(exact)
	api := e.Group("/api/v1")
	s.routeAPI(api)
	s.routeLessonScripts(api.Group("/lessons"))
	api.POST("/stop", s.apiStop)
	api.POST("/ticket", s.apiTicket)
	return e
}

// keyExact marks requests whose answers must be of now, and may take their time for it:
// a command that has just done something asks whether it is so.
const keyExact = "exact"

func exact(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Set(keyExact, true)
		return next(c)
	}
}

// remembered returns m's answer as c wants it.
func remembered[T any](c echo.Context, m *memo[T]) T {
	if is, _ := c.Get(keyExact).(bool); is {
		return m.fresh(c.Request().Context())
	}
	return m.load(c.Request().Context())
}

func (s *Server) newEcho() *echo.Echo {
	e := s.newBareEcho()
	e.GET("/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") })
	e.GET("/metrics", s.metrics.handler())
	return e
}

// newBareEcho answers nothing yet.
func (s *Server) newBareEcho() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.handleError
	e.Use(s.metrics.measure)
	e.Use(middleware.RecoverWithConfig(middleware.RecoverConfig{
		LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			s.opt.Log.Error("request panicked", "path", c.Request().URL.Path, "error", err, "stack", string(stack))
			return err
		},
	}))
	e.Use(limitBodies())
	return e
}

// streamContext is done when the request is, or when the Server is closed.
func (s *Server) streamContext(c echo.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(c.Request().Context())
	go func() {
		select {
		case <-s.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
