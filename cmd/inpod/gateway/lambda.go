package gateway

import (
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/labbox/labbox/internal/faas/gateway"
	"github.com/labbox/labbox/internal/faas/lambda"
	"github.com/labbox/labbox/internal/faas/lambda/durable"
	"github.com/labbox/labbox/internal/faas/queue"
	"github.com/labbox/labbox/internal/faas/store"
)

// lambdaNamespaces is where Lambda's functions are; nowhere if it is off, as it is
// without the variable lambda_namespace.
func lambdaNamespaces(getenv func(string) string) []string {
	if ns := strings.TrimSpace(getenv("lambda_namespace")); ns != "" {
		return []string{ns}
	}
	return nil
}

// lambdas are Lambda's interface and its events; server is nil if it is off.
type lambdas struct {
	server *lambda.Server
	events *durable.Events
}

func newLambdas(server *gateway.Server, client *store.Client, config gateway.Config) (*lambdas, error) {
	namespace := ""
	if len(config.Watched) > 0 {
		namespace = config.Watched[0]
	}
	out := &lambdas{events: durable.New(namespace, server, server.Table())}
	if namespace == "" {
		return out, nil
	}
	c, err := lambda.FromEnv(os.Getenv)
	if err != nil {
		return nil, err
	}
	out.server, err = lambda.New(lambda.Options{Config: c, Client: client, Caller: server, Enqueuer: out.events, Log: slog.Default()})
	return out, err
}

// extend gives the gateway Lambda's interface, with its events in q.
func (l *lambdas) extend(server *gateway.Server, q *queue.Queue) {
	if l.server == nil {
		return
	}
	l.events.Bind(l.server, q)
	server.Extend(gateway.Extension{
		Match: func(r *http.Request) http.Handler {
			if l.server.Owns(r) {
				return l.server
			}
			return nil
		},
		Run: l.server.Run,
	})
}
