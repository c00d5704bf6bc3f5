// Package lambda is AWS Lambda's interface over the engine that runs the gateway's
// other functions: its control API, Invoke, asynchronous events and function URLs.
// AWS's own clients work unchanged; the implementation is labbox's own.
//
//	client ─► ServeHTTP ─┬─ control ─► registry ─► Secret (state), Deployment + Service (at zero)
//	                     └─ Invoke, URLs ─► Caller ─► pod: lambda/runtime ─► the function's process
//
// A function is one Secret in Config.Namespace; each version of it is a Deployment at
// zero replicas until it is invoked. $LATEST gets a new Deployment with every change,
// so that an invocation after an update never meets the code before it.
package lambda

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

// Caller carries a request to a replica of a function: it wakes one at zero, waits
// for a free replica, and returns the answer, whose body the caller closes.
type Caller interface {
	Call(ctx context.Context, key store.Key, r *http.Request) (*http.Response, error)
}

// Options are what a Server is made of.
type Options struct {
	Config Config
	Client *store.Client
	Caller Caller
	// Enqueuer keeps events of asynchronous invocations; nil: they are kept in memory
	// and lost with the process.
	Enqueuer Enqueuer
	Log      *slog.Logger
}

// Server serves Lambda's interface. It is safe for concurrent use.
type Server struct {
	config   Config
	caller   Caller
	log      *slog.Logger
	state    *registry
	code     *codeStore
	cluster  *cluster
	busy     *busy
	enqueuer Enqueuer
	api      http.Handler
	tasks    sync.WaitGroup
	loaded   atomic.Bool
	now      func() time.Time
}

// New returns a Server that knows no function until Load.
func New(o Options) (*Server, error) {
	if err := o.Config.check(); err != nil {
		return nil, err
	}
	code, err := newCodeStore(o.Config.StateDir)
	if err != nil {
		return nil, err
	}
	s := &Server{
		config: o.Config, caller: o.Caller, log: o.Log, code: code, busy: newBusy(), now: time.Now,
		cluster: &cluster{client: o.Client, config: o.Config},
	}
	s.state = newRegistry(s.cluster)
	s.enqueuer = o.Enqueuer
	if s.enqueuer == nil {
		s.enqueuer = &memoryQueue{server: s, base: o.Config.RetryWait}
	}
	s.api = s.routes()
	return s, nil
}

// Load reads the functions from the cluster, makes the Deployments that are missing
// and removes code that no function refers to. Until then every request is answered
// with 503.
func (s *Server) Load(ctx context.Context) error {
	if err := s.state.load(ctx); err != nil {
		return fmt.Errorf("load Lambda functions: %w", err)
	}
	var faults []error
	for _, f := range s.state.list() {
		if err := s.settle(ctx, f.Name); err != nil {
			faults = append(faults, err)
		}
	}
	if err := errors.Join(faults...); err != nil {
		s.log.Error("some Lambda functions could not be deployed", "error", err)
	}
	s.loaded.Store(true)
	return nil
}

// Run loads the functions, again for as long as the cluster does not answer, and
// returns when ctx is done and what runs in the background has ended.
func (s *Server) Run(ctx context.Context) error {
	defer s.Wait()
	for !s.loaded.Load() {
		err := s.Load(ctx)
		if err == nil {
			break
		}
		s.log.Error("Lambda's functions cannot be loaded yet", "error", err)
		if pause(ctx, time.Second) != nil {
			return nil
		}
	}
	<-ctx.Done()
	return nil
}

// Wait returns when deployments and events that run in the background have ended.
func (s *Server) Wait() { s.tasks.Wait() }

// collect removes code that no version refers to.
func (s *Server) collect() {
	used := map[string]bool{}
	for _, f := range s.state.list() {
		for _, v := range f.versions() {
			used[v.CodeSum] = true
		}
	}
	if err := s.code.keep(used); err != nil {
		s.log.Warn("code that is not needed any more stays", "error", err)
	}
}
