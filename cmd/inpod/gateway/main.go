// Package gateway runs inside the cluster and serves functions; see internal/faas.
package gateway

import (
	"context"
	"log/slog"
	"math"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/labbox/labbox/internal/faas/batch"
	"github.com/labbox/labbox/internal/faas/gateway"
	"github.com/labbox/labbox/internal/faas/store"
)

// Main is the program. It returns when ctx is done or the gateway has failed; args
// are not looked at, for it is set up by its environment.
func Main(ctx context.Context, _ []string, version, commit string) error {
	spare()
	settle()
	return run(ctx, version, commit)
}

// spare keeps the heap below the container's limit (GOMEMLIMIT): a tenth and more of it
// is not Go's.
func spare() {
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		debug.SetMemoryLimit(limit / 100 * 85)
	}
}

// settle makes room for those who call and those who are called: the gateway runs on half
// the processors (GOMAXPROCS overrules), for its threads would spend more on waking each
// other than they carry, and interrupts nobody.
func settle() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(max(1, runtime.NumCPU()/2))
	}
	if err := batch.Schedule(); err != nil {
		slog.Warn("calls cost more than they have to", "error", err)
	}
}

func run(ctx context.Context, version, commit string) error {
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
