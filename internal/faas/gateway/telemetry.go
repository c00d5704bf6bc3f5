package gateway

import (
	"net/http"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

// telemetry tells what runs here. Nothing is ever sent anywhere.
func (s *Server) telemetry(w http.ResponseWriter, _ *http.Request) error {
	out := api.Telemetry{Version: s.config.Version, Namespaces: len(s.store.Namespaces())}
	s.table.Each(func(key store.Key, _ store.Function) bool {
		out.Functions++
		out.Calls += s.metrics.count(key)
		return true
	})
	return reply(w, out)
}
