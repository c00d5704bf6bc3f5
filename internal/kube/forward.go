package kube

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"

	"github.com/labbox/labbox/internal/lab"
)

// Forward returns a Service that accepts connections on the machine's address
// listen ("127.0.0.1:8081") and passes each on to a Service's port in the lab. It
// is ready as soon as it listens; a connection that finds nobody behind the
// Service is closed.
func (c *Cluster) Forward(listen, namespace, service string, port int) lab.Service {
	name := fmt.Sprintf("forward-%s-%s-%d", namespace, service, port)
	return c.forward(name, listen, func(ctx context.Context) (net.Conn, error) {
		return c.DialService(ctx, namespace, service, port)
	})
}

// apiForward makes the Kubernetes API reachable from the machine.
func (c *Cluster) apiForward() lab.Service {
	listen := net.JoinHostPort(c.opts.Listen, strconv.Itoa(c.opts.APIPort))
	return c.forward("forward-kubernetes-api", listen, func(ctx context.Context) (net.Conn, error) {
		return c.DialContext(ctx, "tcp", loopback(portAPI))
	})
}

func (c *Cluster) forward(name, listen string, dial func(ctx context.Context) (net.Conn, error)) lab.Service {
	return &service{name: name, needs: []string{nameAPI}, run: func(ctx context.Context, ready func()) error {
		var config net.ListenConfig
		listener, err := config.Listen(ctx, "tcp", listen)
		if err != nil {
			return lab.Errorf(lab.CodePort, "Stop what uses the port, or choose another one.", "listen on %s: %w", listen, err)
		}
		stop := context.AfterFunc(ctx, func() { listener.Close() })
		defer stop()
		defer listener.Close()
		ready()
		var active sync.WaitGroup
		defer active.Wait()
		for {
			conn, err := listener.Accept()
			if ctx.Err() != nil {
				return nil
			}
			if err != nil {
				return fmt.Errorf("accept on %s: %w", listen, err)
			}
			active.Go(func() {
				if err := relay(ctx, conn, dial); err != nil {
					c.opts.Log.Debug("forward", "to", name, "error", err)
				}
			})
		}
	}}
}

// relay copies both ways until both sides have said all, or ctx is done.
func relay(ctx context.Context, near net.Conn, dial func(ctx context.Context) (net.Conn, error)) error {
	defer near.Close()
	far, err := dial(ctx)
	if err != nil {
		return err
	}
	defer far.Close()
	stop := context.AfterFunc(ctx, func() { near.Close(); far.Close() })
	defer stop()
	var both sync.WaitGroup
	for _, pair := range [][2]net.Conn{{near, far}, {far, near}} {
		both.Go(func() {
			_, _ = io.Copy(pair[0], pair[1]) // a broken connection is over, that is all
			if half, ok := pair[0].(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite()
			}
		})
	}
	both.Wait()
	return nil
}
