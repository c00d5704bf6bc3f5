package queue

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/labbox/labbox/internal/faas/store"
)

// Routes are what operators use. The gateway puts them behind its password and turns
// an error into a status: store.Invalid 400, store.ErrNotFound 404, others 500.
func (q *Queue) Routes() map[string]func(http.ResponseWriter, *http.Request) error {
	return map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /system/queue":                     q.getQueue,
		"GET /system/dead-letters":              q.listDead,
		"GET /system/dead-letters/{id}":         q.getDead,
		"POST /system/dead-letters/{id}/replay": q.replayDead,
		"DELETE /system/dead-letters/{id}":      q.deleteDead,
	}
}

func (q *Queue) getQueue(w http.ResponseWriter, r *http.Request) error {
	s, err := q.Status(r.Context())
	if err != nil {
		return err
	}
	return reply(w, s)
}

// listDead takes namespace, name, limit (100, at most 1000) and after, the id of the
// last letter already seen.
func (q *Queue) listDead(w http.ResponseWriter, r *http.Request) error {
	limit, after := uint64(100), uint64(0)
	for name, into := range map[string]*uint64{"limit": &limit, "after": &after} {
		if text := r.FormValue(name); text != "" {
			n, err := strconv.ParseUint(text, 10, 63)
			if err != nil {
				return &store.Invalid{Message: name + " must be a number"}
			}
			*into = n
		}
	}
	if limit < 1 || limit > 1000 {
		return &store.Invalid{Message: "limit must be from 1 to 1000"}
	}
	key := store.Key{Namespace: r.FormValue("namespace"), Name: r.FormValue("name")}
	for _, part := range []string{key.Namespace, key.Name} {
		if part != "" && token(part) != part {
			return &store.Invalid{Message: "namespace and name must be names"}
		}
	}
	list, err := q.DeadLetters(r.Context(), key, after, int(limit)) //nolint:gosec // at most 1000
	if err != nil {
		return err
	}
	return reply(w, list)
}

func (q *Queue) getDead(w http.ResponseWriter, r *http.Request) error {
	letter, err := q.DeadLetter(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return reply(w, letter)
}

func (q *Queue) replayDead(w http.ResponseWriter, r *http.Request) error {
	id, err := q.Replay(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header().Set("X-Call-Id", id)
	w.WriteHeader(http.StatusAccepted)
	return nil
}

func (q *Queue) deleteDead(w http.ResponseWriter, r *http.Request) error {
	if err := q.Forget(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}

func reply(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(v)
}
