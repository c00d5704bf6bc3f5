package gateway

import (
	"context"
	"net/http"

	"github.com/labbox/labbox/internal/faas/api"
)

func (s *Server) listSecrets(w http.ResponseWriter, r *http.Request) error {
	ns, err := s.store.Namespace(r.URL.Query().Get("namespace"))
	if err != nil {
		return err
	}
	list, err := s.store.Secrets(r.Context(), ns)
	if err != nil {
		return err
	}
	return reply(w, list)
}

func (s *Server) createSecret(w http.ResponseWriter, r *http.Request) error {
	return s.changeSecret(w, r, s.store.CreateSecret)
}

func (s *Server) updateSecret(w http.ResponseWriter, r *http.Request) error {
	return s.changeSecret(w, r, s.store.UpdateSecret)
}

// deleteSecret answers 202: clients take the 204 of the published description for
// a failure.
func (s *Server) deleteSecret(w http.ResponseWriter, r *http.Request) error {
	return s.changeSecret(w, r, func(ctx context.Context, in api.Secret) error {
		if err := api.ValidObjectName("name", in.Name); err != nil {
			return invalid(err)
		}
		return s.store.DeleteSecret(ctx, in.Namespace, in.Name)
	})
}

func (s *Server) changeSecret(w http.ResponseWriter, r *http.Request, change func(context.Context, api.Secret) error) error {
	var in api.Secret
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if err := chooseNamespace(r, &in.Namespace); err != nil {
		return err
	}
	ns, err := s.store.Namespace(in.Namespace)
	if err != nil {
		return err
	}
	in.Namespace = ns
	if err := change(r.Context(), in); err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}
