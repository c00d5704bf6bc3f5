// Command fnruntime is what serves a function in its own pod, by the name it is called
// by: fwatchdog for OpenFaaS', lambda-runtime for Lambda's. They are one file because
// most of each is the same; it stays small, for a function begins with it.
package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/labbox/labbox/internal/faas/batch"
	"github.com/labbox/labbox/internal/faas/lambda/runtime"
	"github.com/labbox/labbox/internal/faas/watchdog"
)

// lambdaConfig is mounted by the gateway.
const lambdaConfig = "/var/run/lambda/config.json"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := batch.Schedule(); err != nil {
		slog.Warn("calls cost more than they have to", "error", err)
	}
	run := serveFunction
	if filepath.Base(os.Args[0]) == "lambda-runtime" {
		run = serveLambda
	}
	if err := run(ctx); err != nil {
		slog.Error("the function's runtime stopped", "error", err)
		os.Exit(1)
	}
}

func serveFunction(ctx context.Context) error {
	config, err := watchdog.FromEnv(os.Getenv)
	if err != nil {
		return err
	}
	w, err := watchdog.New(config, slog.Default())
	if err != nil {
		return err
	}
	return w.Run(ctx)
}

func serveLambda(ctx context.Context) error {
	config, err := runtime.Read(lambdaConfig)
	if err != nil {
		return err
	}
	r := runtime.New(config, runtime.Default(), slog.Default())
	return r.Run(ctx, func(address string) { slog.Info("Lambda runtime ready", "function", config.ARN, "address", address) })
}
