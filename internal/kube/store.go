package kube

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/k3s-io/kine/pkg/drivers"
	"github.com/k3s-io/kine/pkg/drivers/sqlite"
	"github.com/k3s-io/kine/pkg/server"
	"go.etcd.io/etcd/server/v3/embed"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	"github.com/labbox/labbox/internal/lab"
)

// store is kine: etcd's API over a SQLite file.
func (c *Cluster) store() lab.Service {
	return c.child(childSpec{
		name:  nameStore,
		needs: []string{nameSandbox},
		check: func(ctx context.Context) error {
			var d net.Dialer
			conn, err := d.DialContext(ctx, "unix", c.box.path(boxStore))
			if err != nil {
				return err
			}
			return conn.Close()
		},
	})
}

// storeMain serves etcd's API on a unix socket until ctx is done. It puts kine
// together from its parts: kine's own endpoint package links every database it can
// use, which are a tenth of this program and of each child's memory.
func storeMain(ctx context.Context, _ []string) error {
	backend, err := openStore(ctx)
	if err != nil {
		return err
	}
	listener, err := listenStore(ctx)
	if err != nil {
		return err
	}
	s := storeServer()
	server.New(backend, "unix", storeNotify, "3.6.11").Register(s)
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve the store: %w", err)
	case <-ctx.Done():
	}
	defer time.AfterFunc(storeGrace, s.Stop).Stop() // watches never end by themselves
	s.GracefulStop()
	return nil
}

const (
	storeNotify = 5 * time.Second
	storeGrace  = 2 * time.Second
)

// openStore opens the database and starts its polling and compaction. Nothing has
// defaults here; the figures are those of kine's own command.
func openStore(ctx context.Context) (server.Backend, error) {
	db := filepath.Join(boxData, "db", "state.db")
	if err := os.MkdirAll(filepath.Dir(db), 0o700); err != nil {
		return nil, fmt.Errorf("make the store's directory: %w", err)
	}
	// The context that ends the backend is not ctx: calls that still run need it.
	_, backend, err := sqlite.New(context.WithoutCancel(ctx), &sync.WaitGroup{}, &drivers.Config{
		DataSourceName:   db + "?" + sqlite.DefaultParams,
		CompactInterval:  5 * time.Minute,
		CompactTimeout:   5 * time.Second,
		CompactMinRetain: 1000,
		CompactBatchSize: 1000,
		PollBatchSize:    500,
		PollInterval:     time.Second,
	})
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	if err := backend.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("start the store: %w", err)
	}
	return backend, nil
}

// listenStore makes the socket anew; only root may use it.
func listenStore(ctx context.Context) (net.Listener, error) {
	if err := os.Remove(boxStore); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("listen for the store: %w", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "unix", boxStore)
	if err != nil {
		return nil, fmt.Errorf("listen for the store: %w", err)
	}
	if err := os.Chmod(boxStore, 0o600); err != nil {
		return nil, fmt.Errorf("listen for the store: %w", err)
	}
	return listener, nil
}

// storeServer has the limits of etcd's own server.
func storeServer() *grpc.Server {
	return grpc.NewServer(
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: embed.DefaultGRPCKeepAliveMinTime}),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			Time: embed.DefaultGRPCKeepAliveInterval, Timeout: embed.DefaultGRPCKeepAliveTimeout,
		}),
		grpc.MaxConcurrentStreams(embed.DefaultMaxConcurrentStreams),
		grpc.MaxRecvMsgSize(int(embed.DefaultMaxRequestBytes)+512<<10),
		grpc.MaxSendMsgSize(math.MaxInt32),
	)
}
