package gateway

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

// tableLag is how long a change waits to be seen by routing, so that a client may
// call a function as soon as its deployment was accepted.
const tableLag = 2 * time.Second

func (s *Server) listFunctions(w http.ResponseWriter, r *http.Request) error {
	ns, err := s.store.Namespace(r.URL.Query().Get("namespace"))
	if err != nil {
		return err
	}
	list, err := s.store.List(r.Context(), ns)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].InvocationCount = s.metrics.count(store.Key{Namespace: ns, Name: list[i].Name})
	}
	return reply(w, list)
}

func (s *Server) describeFunction(w http.ResponseWriter, r *http.Request) error {
	key, err := s.key(r.URL.Query().Get("namespace"), r.PathValue("name"))
	if err != nil {
		return err
	}
	f, err := s.store.Get(r.Context(), key)
	if err != nil {
		return err
	}
	f.InvocationCount = s.metrics.count(key)
	usage, err := flag(r.URL.Query(), "usage")
	if err != nil {
		return err
	}
	if usage {
		if usage, err := s.store.Usage(r.Context(), key); err == nil { // not measured yet is no failure
			f.Usage = &usage
		}
	}
	return reply(w, f)
}

func (s *Server) createFunction(w http.ResponseWriter, r *http.Request) error {
	return s.deploy(w, r, s.store.Create)
}

func (s *Server) updateFunction(w http.ResponseWriter, r *http.Request) error {
	return s.deploy(w, r, s.store.Update)
}

func (s *Server) deploy(w http.ResponseWriter, r *http.Request, apply func(context.Context, *api.Deployment) error) error {
	var d api.Deployment
	if err := decode(w, r, &d); err != nil {
		return err
	}
	if err := chooseNamespace(r, &d.Namespace); err != nil {
		return err
	}
	if err := apply(r.Context(), &d); err != nil {
		return err
	}
	key, err := s.key(d.Namespace, d.Service)
	if err != nil {
		return err
	}
	s.awaitTable(r.Context(), key, func(f store.Function, ok bool) bool { return ok && f.Replicas > 0 })
	w.WriteHeader(http.StatusAccepted)
	return nil
}

func (s *Server) deleteFunction(w http.ResponseWriter, r *http.Request) error {
	var in api.DeleteRequest
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if err := chooseNamespace(r, &in.Namespace); err != nil {
		return err
	}
	key, err := s.key(in.Namespace, in.FunctionName)
	if err != nil {
		return err
	}
	if err := s.store.Delete(r.Context(), key); err != nil {
		return err
	}
	s.awaitTable(r.Context(), key, func(_ store.Function, ok bool) bool { return !ok })
	s.metrics.forget(key)
	w.WriteHeader(http.StatusAccepted)
	return nil
}

func (s *Server) scaleFunction(w http.ResponseWriter, r *http.Request) error {
	var in api.ScaleRequest
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if in.Replicas == nil {
		return &store.Invalid{Message: "replicas is required"}
	}
	if err := chooseNamespace(r, &in.Namespace); err != nil {
		return err
	}
	key, err := s.key(in.Namespace, r.PathValue("name"))
	if err != nil {
		return err
	}
	if err := s.store.Scale(r.Context(), key, *in.Replicas); err != nil {
		return err
	}
	s.awaitTable(r.Context(), key, func(f store.Function, ok bool) bool { return !ok || int64(f.Replicas) == *in.Replicas })
	w.WriteHeader(http.StatusAccepted)
	return nil
}

// chooseNamespace fills in the query's namespace where the body has none. Two that
// differ are a mistake that must not be settled by a guess.
func chooseNamespace(r *http.Request, body *string) error {
	query := r.URL.Query().Get("namespace")
	if *body != "" && query != "" && *body != query {
		return &store.Invalid{Message: fmt.Sprintf("namespace is %.80q in the body and %.80q in the query", *body, query)}
	}
	if *body == "" {
		*body = query
	}
	return nil
}

// key checks namespace and name of a request.
func (s *Server) key(namespace, name string) (store.Key, error) {
	ns, err := s.store.Namespace(namespace)
	if err != nil {
		return store.Key{}, err
	}
	if err := api.ValidName("name", name); err != nil {
		return store.Key{}, &store.Invalid{Message: err.Error()}
	}
	return store.Key{Namespace: ns, Name: name}, nil
}

// awaitTable returns when routing has seen a change, or after tableLag.
func (s *Server) awaitTable(ctx context.Context, key store.Key, seen func(store.Function, bool) bool) {
	ctx, cancel := context.WithTimeout(ctx, tableLag)
	defer cancel()
	for {
		changed := s.table.Changed(key)
		if seen(s.table.Lookup(key)) {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// flag reads a parameter that is on or off; absent is off.
func flag(query url.Values, name string) (bool, error) {
	text := query.Get(name)
	if text == "" {
		return false, nil
	}
	on, err := strconv.ParseBool(text)
	if err != nil {
		return false, &store.Invalid{Message: name + " must be 1, 0, true or false"}
	}
	return on, nil
}
