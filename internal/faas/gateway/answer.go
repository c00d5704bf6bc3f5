package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/labbox/labbox/internal/faas/store"
)

// answering turns the error of h into a status and a sentence.
func (s *Server) answering(h func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
			w.WriteHeader(statusClientGone) // for the metrics: nobody reads it
			return
		}
		status := statusOf(err)
		switch status {
		case http.StatusInternalServerError:
			s.log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		case http.StatusServiceUnavailable:
			w.Header().Set("Retry-After", "1")
		}
		http.Error(w, err.Error(), status)
	})
}

// statusOf is the status code that says what err says.
func statusOf(err error) int {
	var invalid *store.Invalid
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, errSlowClient):
		return http.StatusRequestTimeout
	case errors.As(err, &invalid):
		return http.StatusBadRequest
	case errors.Is(err, store.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, store.ErrExists), errors.Is(err, store.ErrConflict):
		return http.StatusConflict
	case errors.Is(err, store.ErrForbidden):
		return http.StatusForbidden
	case errors.Is(err, store.ErrUnavailable):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func reply(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(v)
}
