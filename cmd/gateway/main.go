// Command gateway runs inside the cluster and serves functions; see internal/faas.
package main

import (
	"context"
	"log/slog"
	"math"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/labbox/labbox/internal/faas/gateway"
	"github.com/labbox/labbox/internal/faas/store"
)

// Set by the linker.
var (
	version = "dev"
	commit  = ""
)

func main() {
	spare()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		slog.Error("gateway stopped", "error", err)
		os.Exit(1)
	}
}

// spare keeps the heap below the container's limit (GOMEMLIMIT): a tenth and more of it
// is not Go's.
func spare() {
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		debug.SetMemoryLimit(limit / 100 * 85)
	}
}

func run(ctx context.Context) error {
	config, err := gateway.FromEnv(os.Getenv)
	if err != nil {
		return err
	}
	config.Version, config.Commit = version, commit
	config.Watched = lambdaNamespaces(os.Getenv)
	client, err := store.InCluster("labbox-gateway/" + version)
	if err != nil {
		return err
	}
	functions := store.New(client, config.Store())
	server, err := gateway.New(config, functions, slog.Default())
	if err != nil {
		return err
	}
	stop, err := extend(ctx, server, client, config)
	if err != nil {
		return err
	}
	defer stop()
	return server.Run(ctx, func() { slog.Info("gateway ready", "address", config.Address, "version", version) })
}
