// Package watchdog is the server inside a function's container: it takes calls on
// one port, hands them to the function's program in one of several modes, says
// whether the function is healthy, and lets running calls end when it is stopped.
// Its contract (environment, paths, headers) is that of OpenFaaS's of-watchdog; the
// implementation is labbox's own.
//
//	starting ──program listens──► ready ──SIGTERM──► draining ──interval──► closed to
//	   │                            │                 (unhealthy,            new calls,
//	   └──── program ends: Run fails┘                  still serving)        last ones end
package watchdog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// Watchdog serves one function. Make it with New, then call Run once.
type Watchdog struct {
	config  Config
	log     *slog.Logger
	state   *state
	metrics *metrics
	limit   *limiter
	program *program // ModeHTTP only
	handler http.Handler
}

// New returns a Watchdog. It starts nothing.
func New(config Config, log *slog.Logger) (*Watchdog, error) {
	w := &Watchdog{
		config: config, log: log, state: newState(config.LockFile), metrics: newMetrics(),
		limit: &limiter{limit: int64(config.MaxInflight)},
	}
	switch config.Mode {
	case ModeHTTP:
		p, err := newProgram(config, log)
		if err != nil {
			return nil, err
		}
		w.program, w.handler = p, p.proxy()
	case ModeStatic:
		w.handler = http.FileServer(http.Dir(config.StaticPath))
	default:
		w.handler = &forker{config: config, log: log}
	}
	return w, nil
}

// Run serves until ctx is done and the last calls have ended. It fails when the
// function's long-lived program ends by itself, with the program's own words.
func (w *Watchdog) Run(ctx context.Context) error {
	main, err := net.Listen("tcp", ":"+strconv.Itoa(w.config.Port))
	if err != nil {
		return fmt.Errorf("listen for calls: %w", err)
	}
	side, err := net.Listen("tcp", ":"+strconv.Itoa(w.config.MetricsPort))
	if err != nil {
		_ = main.Close()
		return fmt.Errorf("listen for metrics: %w", err)
	}
	return w.serve(ctx, main, side)
}

func (w *Watchdog) serve(ctx context.Context, main, side net.Listener) error {
	calls := &http.Server{Handler: w.Handler(), ReadHeaderTimeout: w.config.ReadTimeout, MaxHeaderBytes: 1 << 20}
	scrapes := &http.Server{Handler: w.metrics.handler(w.program), ReadHeaderTimeout: w.config.ReadTimeout}
	failed := make(chan error, 3)
	go func() { failed <- calls.Serve(main) }()
	go func() { failed <- scrapes.Serve(side) }()
	defer func() { _ = scrapes.Close() }()
	defer func() { _ = calls.Close() }()

	if w.program != nil {
		defer w.program.stop()
		if err := w.program.start(); err != nil {
			return err
		}
		go func() { failed <- w.program.wait() }()
		go func() {
			if w.program.awaitListening(ctx) == nil {
				w.becomeReady()
			}
		}()
	} else {
		w.becomeReady()
	}
	select {
	case err := <-failed:
		w.state.drain()
		_ = shut(calls, lastAnswers)
		return err
	case <-ctx.Done():
	}
	return w.drain(calls, failed)
}

// lastAnswers is how long calls have to be told that their program is gone.
const lastAnswers = 2 * time.Second

// shut takes no new calls and waits for the running ones.
func shut(calls *http.Server, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return calls.Shutdown(ctx)
}

func (w *Watchdog) becomeReady() {
	if err := w.state.becomeReady(); err != nil {
		w.log.Warn("no lock file", "error", err)
	}
}

// drain turns unhealthy, waits for routes to change, and lets running calls end.
func (w *Watchdog) drain(calls *http.Server, failed <-chan error) error {
	w.state.drain()
	select {
	case <-time.After(w.config.HealthInterval):
	case err := <-failed:
		return err
	}
	if err := shut(calls, w.config.WriteTimeout); err != nil {
		return fmt.Errorf("calls still ran after %s: %w", w.config.WriteTimeout, err)
	}
	return nil
}

// Handler serves calls, /_/health and /_/ready.
func (w *Watchdog) Handler() http.Handler {
	calls := w.metrics.measured(w.limit.limited(w.timed(w.handler)))
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/_/health":
			w.state.serveHealth(rw, r)
		case "/_/ready":
			w.serveReady(rw, r)
		default:
			calls.ServeHTTP(rw, r)
		}
	})
}

// serveReady also says no while the function has all the calls that it may have.
func (w *Watchdog) serveReady(rw http.ResponseWriter, r *http.Request) {
	switch {
	case !w.state.isReady():
		http.Error(rw, "not ready", http.StatusServiceUnavailable)
	case w.limit.full():
		http.Error(rw, "busy", http.StatusTooManyRequests)
	case w.program != nil && w.config.ReadyPath != "":
		out := r.Clone(r.Context())
		out.URL.Path, out.URL.RawPath = w.config.ReadyPath, ""
		w.handler.ServeHTTP(rw, out)
	default:
		_, _ = rw.Write([]byte("OK"))
	}
}

// timed bounds a call by exec_timeout, or by a shorter X-Timeout.
func (w *Watchdog) timed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		limit := w.config.ExecTimeout
		if asked, err := parseDuration(r.Header.Get("X-Timeout")); err == nil && asked > 0 && (limit == 0 || asked < limit) {
			limit = asked
		}
		start := time.Now()
		if limit > 0 {
			ctx, cancel := context.WithTimeoutCause(r.Context(), limit, errTimeout)
			defer cancel()
			r = r.WithContext(ctx)
		}
		next.ServeHTTP(rw, r.WithContext(context.WithValue(r.Context(), startKey{}, start)))
		if w.config.LogCalls {
			w.log.Info("call", "method", r.Method, "path", r.URL.Path, "call", r.Header.Get("X-Call-Id"), "seconds", time.Since(start).Seconds())
		}
	})
}

var errTimeout = errors.New("the function took longer than exec_timeout allows")

type startKey struct{}

// duration returns the time since the call began, as X-Duration-Seconds has it.
func duration(ctx context.Context) string {
	start, _ := ctx.Value(startKey{}).(time.Time)
	return strconv.FormatFloat(time.Since(start).Seconds(), 'f', 6, 64)
}

// refuse answers for the watchdog itself, not for the function.
func refuse(rw http.ResponseWriter, r *http.Request, status int, text string) {
	rw.Header().Set("X-OpenFaaS-Internal", "of-watchdog")
	rw.Header().Set("X-Duration-Seconds", duration(r.Context()))
	http.Error(rw, text, status)
}

// removeStale deletes a lock file that an earlier process left behind.
func removeStale(path string) {
	if path != "" {
		_ = os.Remove(path)
	}
}
