package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labbox/labbox/internal/faas/store"
)

// errNoQueue: this gateway has no queue to take a call out of.
var errNoQueue = errors.New("there is no queue of calls")

// Canceller takes a call out of the queue before it was made. It returns
// store.ErrNotFound when no call of that id waits.
type Canceller func(ctx context.Context, id string) error

// SetCanceller lets DELETE /async-function/{call-id} take calls out of a queue. It
// must be called before the Server's Handler is used.
func (s *Server) SetCanceller(c Canceller) { s.canceller = c }

// cancelCall needs no login, as the call itself did not: who knows its id made it.
func (s *Server) cancelCall(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("call")
	if len(id) > 128 || strings.ContainsFunc(id, notInName) {
		return &store.Invalid{Message: "the path must be /async-function/{call-id}, with the X-Call-Id of a call"}
	}
	if s.canceller == nil {
		return fmt.Errorf("call %s: %w: %w", id, errNoQueue, store.ErrNotFound)
	}
	if err := s.canceller(r.Context(), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}
