package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"os"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/event"
	"github.com/labbox/labbox/internal/faas/gateway"
	"github.com/labbox/labbox/internal/faas/queue"
	"github.com/labbox/labbox/internal/faas/store"
)

// remembered is how many deliveries of events /system/events shows at most.
const remembered = 500

// extend gives the gateway its queue and its events. The returned function closes the
// queue; it must be called when the server has ended.
func extend(ctx context.Context, server *gateway.Server, client *store.Client, config gateway.Config) (stop func(), err error) {
	queueConfig, err := queue.FromEnv(os.Getenv)
	if err != nil {
		return nil, err
	}
	eventConfig, err := event.FromEnv(os.Getenv)
	if err != nil {
		return nil, err
	}
	log, ring := slog.Default(), event.NewRing(remembered)
	lambdas, err := newLambdas(server, client, config)
	if err != nil {
		return nil, err
	}
	q, err := queue.Open(ctx, queue.Options{
		Config: queueConfig, Caller: lambdas.events, Functions: lambdas.events, Namespace: config.Namespaces[0],
		Version: config.Version, Log: log, Observe: ring.Observe,
	})
	if err != nil {
		return nil, err
	}
	lambdas.extend(server, q)
	bus := event.NewBus(server.Table(), q, ring, log)
	sources := event.NewSources(event.Options{
		Config: eventConfig, Parts: event.Parts{Bus: bus, State: q.State(), Log: log}, Kubernetes: client.Raw,
		Scale: func(ctx context.Context, a event.Alert) error {
			return server.Heed(ctx, api.Alert{Status: a.Status, Labels: a.Labels})
		},
		Secret: func(ctx context.Context) ([]byte, error) {
			return client.SecretValue(ctx, eventConfig.GitSecret[0], eventConfig.GitSecret[1], "secret")
		},
	})
	server.Extend(gateway.Extension{
		Prefixes: map[string]http.Handler{"/async-function/": q.Handler()},
		Routes:   q.Routes(), Metrics: []prometheus.Collector{q.Collector()}, Run: q.Run,
	})
	server.Extend(gateway.Extension{
		Prefixes: map[string]http.Handler{"/events/": sources.Handler()},
		Routes:   ring.Routes(), Metrics: []prometheus.Collector{bus.Collector()}, Run: sources.Run,
	})
	return q.Close, nil
}
