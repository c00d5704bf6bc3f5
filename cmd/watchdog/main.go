// Command watchdog serves the function in its container; see internal/faas/watchdog.
package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/labbox/labbox/internal/faas/watchdog"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		slog.Error("watchdog stopped", "error", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
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
