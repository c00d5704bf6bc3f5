package gateway

import (
	"context"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

// troubleAge is how long an explanation holds: a thousand callers of a function that
// does not start must not ask the cluster a thousand times.
const troubleAge = time.Second

// troubles remembers why functions have no replica.
type troubles struct {
	mu   sync.Mutex // held while the cluster is asked
	last map[store.Key]trouble
}

type trouble struct {
	text string
	at   time.Time
}

// explain adds to text why key has no ready replica, as far as the cluster tells.
func (s *Server) explain(ctx context.Context, key store.Key, text string) string {
	s.troubles.mu.Lock()
	defer s.troubles.mu.Unlock()
	now := time.Now()
	known, ok := s.troubles.last[key]
	if !ok || now.Sub(known.at) > troubleAge {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		known = trouble{s.store.Trouble(ctx, key), now}
		if s.troubles.last == nil || len(s.troubles.last) > 1000 {
			s.troubles.last = map[store.Key]trouble{}
		}
		s.troubles.last[key] = known
	}
	if known.text == "" {
		return text
	}
	return text + ": " + known.text
}
