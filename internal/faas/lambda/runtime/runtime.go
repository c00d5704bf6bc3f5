// Package runtime is Lambda's execution environment: the program beside or above a
// function's own process in its pod. It fetches the code, starts the process, hands
// it one event after the other through the Runtime API, and restarts it when it ends.
//
//	gateway ─ POST /_/invoke ─► serve ─► sandbox ─► next ─► the function's process
//	        ◄─ head, body, trailers ─────┘      ◄─ response, error
package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"
)

// Options say where the runtime finds and puts things. Default is what pods use.
type Options struct {
	// Address serves the gateway, APIAddress the function's process.
	Address, APIAddress string
	// TaskRoot is where the code goes; OptDir and RuntimeDir are searched for a
	// bootstrap after it.
	TaskRoot, OptDir, RuntimeDir string
	// Python starts Python functions.
	Python string
	// InitTimeout bounds a start of the process before its first event. AWS gives 10 s.
	InitTimeout time.Duration
	// Grace is how long the process has to end after SIGTERM.
	Grace time.Duration
	// Log gets the function's output and Lambda's own lines.
	Log io.Writer
	// Path is the process's PATH.
	Path string
}

// Default returns the Options of a pod.
func Default() Options {
	return Options{
		Address: ":8080", APIAddress: "127.0.0.1:9001",
		TaskRoot: "/var/task", OptDir: "/opt", RuntimeDir: "/var/runtime", Python: "python3",
		InitTimeout: 30 * time.Second, Grace: time.Second, Log: os.Stdout,
		Path: "/usr/local/bin:/usr/bin:/bin:/opt/bin",
	}
}

// Runtime is one execution environment. Make it with New, then call Run once.
type Runtime struct {
	config  Config
	options Options
	box     *sandbox
	log     *slog.Logger
}

// New returns a Runtime. It does no I/O.
func New(config Config, options Options, log *slog.Logger) *Runtime {
	return &Runtime{config: config, options: options, log: log, box: newSandbox(config, options, log)}
}

// Run fetches the code, serves the gateway and the function until ctx is done, lets
// the running invocation finish, and ends the function's process. It calls ready
// when the function waits for its first event, or has failed to start: then every
// invocation tries again and answers with the reason.
func (r *Runtime) Run(ctx context.Context, ready func(address string)) error {
	api, err := net.Listen("tcp", r.options.APIAddress)
	if err != nil {
		return fmt.Errorf("listen for the function: %w", err)
	}
	front, err := net.Listen("tcp", r.options.Address)
	if err != nil {
		_ = api.Close()
		return fmt.Errorf("listen for the gateway: %w", err)
	}
	r.box.apiAddress = api.Addr().String()
	inside := &http.Server{Handler: r.box.apiHandler(), ReadHeaderTimeout: 10 * time.Second}
	outside := &http.Server{Handler: r.handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	failed := make(chan error, 3)
	go func() { failed <- outside.Serve(front) }() // before all else: it holds back who asks whether it is ready
	defer func() { _ = inside.Close() }()
	defer func() { _ = outside.Close() }()
	defer func() { _ = api.Close() }()
	if !r.config.Image {
		if err := r.fetch(ctx); err != nil {
			return fmt.Errorf("fetch the function's code: %w", err)
		}
	}
	life, broken := r.box.start() // its first call waits in the listener
	defer r.box.close()
	go func() { failed <- inside.Serve(api) }()
	r.box.warm(ctx, life, broken)
	ready(front.Addr().String())
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	r.box.leaving.Store(true)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Duration(r.config.Timeout)*time.Second+r.options.InitTimeout)
	defer cancel()
	if err := outside.Shutdown(grace); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("shut down: %w", err)
	}
	return nil
}
