package environment

import (
	"net/http"

	"github.com/labbox/labbox/internal/idp/wire"
)

// Guard wraps what changes something, so that only those who may come through.
type Guard func(http.HandlerFunc) http.HandlerFunc

// Routes adds /api/environments to mux.
func (s *Service) Routes(mux *http.ServeMux, guard Guard) {
	const api = "/api/environments"
	mux.HandleFunc("GET "+api, s.getAll)
	mux.HandleFunc("POST "+api, guard(s.post))
	mux.HandleFunc("GET "+api+"/{name}", s.getOne)
	mux.HandleFunc("PATCH "+api+"/{name}", guard(s.patch))
	mux.HandleFunc("DELETE "+api+"/{name}", guard(s.remove))
}

func (s *Service) getAll(w http.ResponseWriter, r *http.Request) {
	all, err := s.List(r.Context())
	if err != nil {
		wire.Fail(w, r, err)
		return
	}
	shown := map[string]any{}
	for _, known := range sizes {
		shown[known.name] = map[string]any{"cpu": cpuText(known.size.CPU), "memory": memoryText(known.size.Memory), "pods": known.size.pods}
	}
	wire.JSON(w, http.StatusOK, map[string]any{"items": all, "sizes": shown, "budgets": s.Accounts(all)})
}

func (s *Service) getOne(w http.ResponseWriter, r *http.Request) {
	e, err := s.Get(r.Context(), r.PathValue("name"))
	wire.Answer(w, r, e, err)
}

func (s *Service) post(w http.ResponseWriter, r *http.Request) {
	var in Wish
	if err := wire.Read(w, r, &in); err != nil {
		wire.Fail(w, r, err)
		return
	}
	e, err := s.Create(r.Context(), in)
	if err != nil {
		wire.Fail(w, r, err)
		return
	}
	w.Header().Set("Location", "/api/environments/"+e.Name)
	wire.JSON(w, http.StatusCreated, e)
}

func (s *Service) patch(w http.ResponseWriter, r *http.Request) {
	var in Wish
	if err := wire.Read(w, r, &in); err != nil {
		wire.Fail(w, r, err)
		return
	}
	if in.Name != "" || in.Owner != "" {
		wire.Fail(w, r, wire.Input("an environment keeps its name and its owner; size and ttl can change"))
		return
	}
	e, err := s.Change(r.Context(), r.PathValue("name"), in)
	wire.Answer(w, r, e, err)
}

func (s *Service) remove(w http.ResponseWriter, r *http.Request) {
	if err := s.Delete(r.Context(), r.PathValue("name")); err != nil {
		wire.Fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
