package queue

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/labbox/labbox/internal/faas/env"
	"github.com/labbox/labbox/internal/faas/store"
)

// Caller carries a call to a function: it wakes one at zero, waits for a free replica
// and returns the answer, whose body must be closed. Only path and query of r's URL
// count.
type Caller interface {
	Call(ctx context.Context, key store.Key, r *http.Request) (*http.Response, error)
}

// Functions knows which functions there are; *store.Table does.
type Functions interface {
	Lookup(key store.Key) (store.Function, bool)
}

// Config is what an operator may choose; FromEnv names the variables.
type Config struct {
	// Dir holds the queue's files (queue below state_dir).
	Dir string
	// Workers bounds the calls that run at once (async_workers), PerFunction those of
	// one function (async_workers_per_function) unless AnnotationConcurrency says
	// otherwise.
	Workers, PerFunction int
	// MaxBody is the largest body of a call, and of an answer that is sent to a
	// callback, in bytes (async_max_body_bytes).
	MaxBody int64
	// MaxCalls and MaxBytes bound what is queued; more is refused with 429
	// (async_max_calls, async_max_bytes). Dead letters and callbacks take up to a
	// quarter of MaxBytes each, and the oldest give way.
	MaxCalls, MaxBytes int64
	// CallTimeout bounds one try, the answer's body included (async_timeout).
	CallTimeout time.Duration
	// Retry is the default of functions that do not choose (async_retries,
	// async_retry_min_wait, async_retry_max_wait, async_retry_codes).
	Retry Retry
	// DeadLetterAge is how long dead letters are kept (async_dead_letter_age).
	DeadLetterAge time.Duration
	// CallbackTries bounds the tries of one callback (callback_tries), CallbackTimeout
	// each of them (callback_timeout).
	CallbackTries   int
	CallbackTimeout time.Duration
	// CallbackLoopback lets callbacks go to this machine itself (callback_loopback).
	CallbackLoopback bool
	// AckWait is how long a call whose worker gives no sign of life is left alone;
	// after a crash, its calls begin again so much later.
	AckWait time.Duration
	// Grace is how long running calls may go on when the queue stops.
	Grace time.Duration
}

// Options are what a Queue is made of.
type Options struct {
	Config
	Caller    Caller
	Functions Functions
	// Namespace is the function's when a path names none.
	Namespace string
	// Version goes into X-Served-By and User-Agent.
	Version string
	Log     *slog.Logger
	// Observe, when set, is told of each try's end, from several goroutines.
	Observe func(Outcome)
}

// FromEnv reads a Config; every bad variable is named in the error.
func FromEnv(getenv func(string) string) (Config, error) {
	e := env.New(getenv)
	c := Config{
		Dir:         e.Text("state_dir", "/var/lib/gateway") + "/queue",
		Workers:     int(e.Number("async_workers", 16)),
		PerFunction: int(e.Number("async_workers_per_function", 8)),
		MaxBody:     e.Number("async_max_body_bytes", 1<<20),
		MaxCalls:    e.Number("async_max_calls", 100_000),
		MaxBytes:    e.Number("async_max_bytes", 256<<20),
		CallTimeout: e.Duration("async_timeout", 15*time.Minute),
		Retry: Retry{
			Max: int(e.Number("async_retries", 5)), Min: e.Duration("async_retry_min_wait", time.Second),
			Longest: e.Duration("async_retry_max_wait", time.Minute),
		},
		DeadLetterAge:    e.Duration("async_dead_letter_age", 7*24*time.Hour),
		CallbackTries:    int(e.Number("callback_tries", 6)),
		CallbackTimeout:  e.Duration("callback_timeout", 30*time.Second),
		CallbackLoopback: e.Bool("callback_loopback", false),
		AckWait:          15 * time.Second,
		Grace:            10 * time.Second,
	}
	codes := e.Text("async_retry_codes", defaultCodes)
	var err error
	if c.Retry.Codes, err = parseCodes(codes); err != nil {
		e.Fault("async_retry_codes", codes, err.Error())
	}
	if c.MaxBody > maxBodyLimit {
		e.Fault("async_max_body_bytes", e.Text("async_max_body_bytes", ""), "at most 16777216")
	}
	for name, n := range map[string]int{"async_workers": c.Workers, "async_workers_per_function": c.PerFunction, "callback_tries": c.CallbackTries} {
		if n < 1 || n > 1024 {
			e.Fault(name, e.Text(name, ""), "from 1 to 1024")
		}
	}
	return c, e.Err()
}

// maxBodyLimit keeps a few bodies within the gateway's memory.
const maxBodyLimit = 16 << 20
