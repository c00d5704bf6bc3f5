package kube

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/k3s-io/kine/pkg/drivers/sqlite"
	"github.com/k3s-io/kine/pkg/endpoint"

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

// storeMain serves etcd's API on a unix socket until ctx is done.
func storeMain(ctx context.Context, _ []string) error {
	db := filepath.Join(boxData, "db", "state.db")
	if err := os.MkdirAll(filepath.Dir(db), 0o700); err != nil {
		return fmt.Errorf("make the store's directory: %w", err)
	}
	_, err := endpoint.Listen(ctx, endpoint.Config{
		Listener: "unix://" + boxStore,
		Endpoint: "sqlite://" + db + "?" + sqlite.DefaultParams,
		// endpoint.Listen fills in no defaults; these are those of kine's own command.
		NotifyInterval:      5 * time.Second,
		EmulatedETCDVersion: "3.6.11",
		CompactInterval:     5 * time.Minute,
		CompactTimeout:      5 * time.Second,
		CompactMinRetain:    1000,
		CompactBatchSize:    1000,
		PollBatchSize:       500,
		PollInterval:        time.Second,
	})
	if err != nil {
		return fmt.Errorf("serve the store: %w", err)
	}
	<-ctx.Done()
	return nil
}
