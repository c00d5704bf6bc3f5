package gateway

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

// recent is how far back a log goes when neither since nor tail says.
const recent = 5 * time.Minute

// logs streams a function's log, one JSON object a line, flushed line by line.
func (s *Server) logs(w http.ResponseWriter, r *http.Request) error {
	q, err := s.logQuery(r.URL.Query())
	if err != nil {
		return err
	}
	if _, err := s.store.Get(r.Context(), q.Key); err != nil {
		return err
	}
	rc := http.NewResponseController(w)
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	_ = rc.Flush()
	encoder := json.NewEncoder(w)
	err = s.store.Logs(r.Context(), q, func(line api.LogLine) error {
		if err := encoder.Encode(line); err != nil {
			return err
		}
		return rc.Flush()
	})
	if err != nil && r.Context().Err() == nil {
		s.log.Warn("log stream ended", "function", q.Key.String(), "error", err)
	}
	return nil
}

func (s *Server) logQuery(in url.Values) (store.LogQuery, error) {
	key, err := s.key(in.Get("namespace"), in.Get("name"))
	if err != nil {
		return store.LogQuery{}, err
	}
	q := store.LogQuery{Key: key, Instance: in.Get("instance")}
	if q.Follow, err = flag(in, "follow"); err != nil {
		return q, err
	}
	if text := in.Get("tail"); text != "" {
		if q.Tail, err = strconv.ParseInt(text, 10, 64); err != nil {
			return q, &store.Invalid{Message: "tail must be a number"}
		}
	}
	switch text := in.Get("since"); {
	case text != "":
		if q.Since, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return q, &store.Invalid{Message: "since must be a time such as 2026-01-31T12:00:00Z"}
		}
	case q.Tail <= 0:
		q.Since = time.Now().Add(-recent)
	}
	return q, nil
}

func invalid(err error) error { return &store.Invalid{Message: err.Error()} }
