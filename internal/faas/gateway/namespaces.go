package gateway

import (
	"fmt"
	"net/http"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

func (s *Server) listNamespaces(w http.ResponseWriter, _ *http.Request) error {
	return reply(w, s.store.Namespaces())
}

func (s *Server) describeNamespace(w http.ResponseWriter, r *http.Request) error {
	name, err := namespaceOf(r)
	if err != nil {
		return err
	}
	ns, err := s.store.GetNamespace(r.Context(), name)
	if err != nil {
		return err
	}
	return reply(w, ns)
}

func (s *Server) createNamespace(w http.ResponseWriter, r *http.Request) error {
	var in api.Namespace
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if err := s.store.CreateNamespace(r.Context(), &in); err != nil {
		return err
	}
	w.WriteHeader(http.StatusCreated)
	return nil
}

func (s *Server) updateNamespace(w http.ResponseWriter, r *http.Request) error {
	name, err := namespaceOf(r)
	if err != nil {
		return err
	}
	var in api.Namespace
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if err := sameName(&in, name); err != nil {
		return err
	}
	if err := s.store.UpdateNamespace(r.Context(), &in); err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}

// deleteNamespace takes a body, since clients send one, and needs none.
func (s *Server) deleteNamespace(w http.ResponseWriter, r *http.Request) error {
	name, err := namespaceOf(r)
	if err != nil {
		return err
	}
	if r.ContentLength != 0 {
		var in api.Namespace
		if err := decode(w, r, &in); err != nil {
			return err
		}
		if err := sameName(&in, name); err != nil {
			return err
		}
	}
	if err := s.store.DeleteNamespace(r.Context(), name); err != nil {
		return err
	}
	s.table.Each(func(key store.Key, _ store.Function) bool {
		if key.Namespace == name {
			s.metrics.forget(key)
		}
		return true
	})
	w.WriteHeader(http.StatusAccepted)
	return nil
}

func namespaceOf(r *http.Request) (string, error) {
	name := r.PathValue("ns")
	if err := api.ValidName("namespace", name); err != nil {
		return "", invalid(err)
	}
	return name, nil
}

// sameName fills in the name of the path; another one in the body is a mistake.
func sameName(in *api.Namespace, name string) error {
	if in.Name != "" && in.Name != name {
		return invalid(fmt.Errorf("name %.80q in the body is not the path's %q", in.Name, name))
	}
	in.Name = name
	return nil
}
