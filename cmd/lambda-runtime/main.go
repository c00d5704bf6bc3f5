// Command lambda-runtime is the execution environment of a Lambda function in its
// pod; see internal/faas/lambda/runtime.
package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/labbox/labbox/internal/faas/lambda/runtime"
)

// configFile is mounted by the gateway.
const configFile = "/var/run/lambda/config.json"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		slog.Error("the Lambda runtime stopped", "error", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	config, err := runtime.Read(configFile)
	if err != nil {
		return err
	}
	r := runtime.New(config, runtime.Default(), slog.Default())
	return r.Run(ctx, func(address string) { slog.Info("Lambda runtime ready", "function", config.ARN, "address", address) })
}
