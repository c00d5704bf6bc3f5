package site

import (
	"errors"
	"net/http"

	"github.com/labbox/labbox/internal/idp/environment"
	"github.com/labbox/labbox/internal/idp/wire"
)

func (s *Site) environments(w http.ResponseWriter, r *http.Request) {
	s.showEnvironments(w, r, environment.Wish{}, nil)
}

func (s *Site) showEnvironments(w http.ResponseWriter, r *http.Request, wish environment.Wish, trouble error) {
	all, err := s.opt.Environments.List(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	teams := s.pick(map[string]any{"ui:field": "OwnerPicker"})
	p := page{name: "environments", tab: "environments", data: map[string]any{
		"Items": all, "Accounts": s.opt.Environments.Accounts(all), "Sizes": environment.Sizes(), "Teams": teams, "Wish": wish, "Trouble": words(trouble),
	}}
	if trouble != nil {
		p.status = wire.Status(trouble)
	}
	s.show(w, r, p)
}

func words(err error) string {
	if p, ok := errors.AsType[*wire.Problem](err); ok {
		return p.Message
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func (s *Site) makeEnvironment(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, wire.MaxBody)
	wish := environment.Wish{Name: r.PostFormValue("name"), Owner: r.PostFormValue("owner"), Size: r.PostFormValue("size"), TTL: r.PostFormValue("ttl")}
	if _, err := s.opt.Environments.Create(r.Context(), wish); err != nil {
		s.showEnvironments(w, r, wish, err)
		return
	}
	http.Redirect(w, r, "/environments", http.StatusSeeOther)
}

func (s *Site) deleteEnvironment(w http.ResponseWriter, r *http.Request) {
	s.after(w, r, s.opt.Environments.Delete(r.Context(), r.PathValue("name")), "/environments")
}
