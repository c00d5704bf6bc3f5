// Package gateway is the HTTP face of functions: it deploys them, lists them, and
// carries calls to their pods. Its interface is OpenFaaS's, so that faas-cli and
// other clients work unchanged; the implementation is labbox's own.
//
//	client ─► /system/*   ─ auth ─► store ─► Kubernetes
//	client ─► /function/* ─ scaler (wakes what is at zero) ─► proxy ─► a ready pod
package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

// idleTimeout is how long a client's unused connection is kept.
const idleTimeout = 2 * time.Minute

// Server is the gateway. Make it with New; its Handler may be used at once, and
// answers 503 on /healthz until Run has seen the cluster.
type Server struct {
	config  Config
	store   *store.Store
	table   *store.Table
	scaler  *scaler
	loads   *autoscaler
	metrics *metrics
	calls   *replicas    // the way to a replica, of Call, forward and proxy
	proxy   http.Handler // for what streams
	buffers bufferPool
	served  []string     // X-Served-By
	login   *credentials // nil: no authentication
	synced  atomic.Bool

	troubles troubles
	log      *slog.Logger

	extensions []Extension
}

// New returns a Server over s. It reads the credentials' files and does no other I/O.
func New(config Config, s *store.Store, log *slog.Logger) (*Server, error) {
	table := store.NewTable()
	m := newMetrics(table)
	server := &Server{
		config: config, store: s, table: table, metrics: m, log: log,
		scaler: newScaler(s, table, m, config), loads: newAutoscaler(s, table, m, log),
	}
	server.served = []string{"labbox/" + config.Version}
	server.scaler.pressed = server.loads.press
	server.calls = newReplicas(server.scaler, config)
	server.proxy = server.newProxy()
	if config.BasicAuth {
		login, err := readCredentials(config.SecretPath)
		if err != nil {
			return nil, err
		}
		server.login = login
	}
	return server, nil
}

// Handler serves the whole interface on one port, metrics excepted.
func (s *Server) Handler() http.Handler {
	system := s.systemRoutes()
	return s.steady(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := s.matched(r); h != nil {
			h.ServeHTTP(w, r)
			return
		}
		// Not by the mux: it would redirect paths with "//" or "..", which are the
		// function's own business.
		if strings.HasPrefix(r.URL.Path, "/function/") {
			s.invoke(w, r)
			return
		}
		if h := s.extended(r.URL.Path); h != nil {
			h.ServeHTTP(w, r)
			return
		}
		system.ServeHTTP(w, r)
	}))
}

// MetricsHandler serves /metrics.
func (s *Server) MetricsHandler() http.Handler { return s.metrics.handler() }

// Run watches the cluster and serves both ports until ctx is done. It calls ready
// when calls can be routed.
func (s *Server) Run(ctx context.Context, ready func()) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	main, err := net.Listen("tcp", s.config.Address)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	side, err := net.Listen("tcp", s.config.MetricsAddress)
	if err != nil {
		_ = main.Close()
		return fmt.Errorf("listen for metrics: %w", err)
	}
	tasks := []func() error{
		func() error { return serve(ctx, s.newFront(main), s.Handler(), s.config.ReadTimeout) },
		func() error { return serve(ctx, side, s.MetricsHandler(), s.config.ReadTimeout) },
		func() error { return s.Watch(ctx, ready) },
	}
	done := make(chan error, len(tasks))
	for _, task := range tasks {
		go func() { done <- task() }()
	}
	for range tasks {
		if err := <-done; err != nil && context.Cause(ctx) == nil {
			cancel(err)
		}
	}
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Watch keeps the routing table up to date and functions at the replicas that they
// need, until ctx is done; Run does it by itself.
func (s *Server) Watch(ctx context.Context, ready func()) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var tasks sync.WaitGroup
	err := s.store.Watch(ctx, s.table, func() {
		tasks.Go(func() { s.loads.Run(ctx) })
		for _, e := range s.extensions {
			if e.Run != nil {
				tasks.Go(func() {
					if err := e.Run(ctx); err != nil {
						cancel(err)
					}
				})
			}
		}
		s.synced.Store(true)
		ready()
	})
	tasks.Wait()
	if cause := context.Cause(ctx); err == nil && cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// serve answers on l until ctx is done, then lets running calls finish.
func serve(ctx context.Context, l net.Listener, h http.Handler, headerTimeout time.Duration) error {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: 64 << 10,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	err := server.Shutdown(grace)
	if f, ok := l.(*front); ok {
		err = errors.Join(err, f.drain(grace))
	}
	if err != nil {
		return server.Close()
	}
	return nil
}
