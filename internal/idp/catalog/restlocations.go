package catalog

import (
	"maps"
	"net/http"
	"path"
	"slices"

	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/repo"
	"github.com/labbox/labbox/internal/idp/wire"
)

type locationInput struct {
	Type   string `json:"type"`
	Target string `json:"target"`
}

func (l locationInput) check() error {
	if l.Type != "url" || l.Target == "" {
		return wire.Input(`send {"type": "url", "target": "http://..."}`)
	}
	return nil
}

// getLocations lists what was registered; repositories are read by themselves.
func (c *Catalog) getLocations(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	out := []any{}
	for _, key := range slices.Sorted(maps.Keys(c.sources)) {
		if s := c.sources[key]; s.Kind == registered {
			out = append(out, map[string]any{"data": s.location()})
		}
	}
	c.mu.Unlock()
	wire.JSON(w, http.StatusOK, out)
}

func (c *Catalog) postLocation(w http.ResponseWriter, r *http.Request) {
	var in locationInput
	err := wire.Read(w, r, &in)
	if err == nil {
		err = in.check()
	}
	if err != nil {
		wire.Fail(w, r, err)
		return
	}
	dry := r.URL.Query().Get("dryRun") == "true"
	if !dry { // a location that is known is not registered twice
		known, err := c.Register(r.Context(), in.Target, true)
		if err == nil && known.Exists {
			err = wire.Conflict("Location %s already exists; the lab reads the %s of every repository by itself", known.Location.Target, File)
		}
		if err != nil {
			wire.Fail(w, r, err)
			return
		}
	}
	out, err := c.Register(r.Context(), in.Target, dry)
	if err != nil {
		wire.Fail(w, r, err)
		return
	}
	if !dry {
		wire.JSON(w, http.StatusCreated, map[string]any{"location": out.Location, "entities": out.Entities})
		return
	}
	wire.JSON(w, http.StatusCreated, out)
}

func (c *Catalog) getLocation(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	s := c.byID(r.PathValue("id"))
	c.mu.Unlock()
	if s == nil {
		wire.Fail(w, r, wire.NotFound("there is no location %q", r.PathValue("id")))
		return
	}
	wire.JSON(w, http.StatusOK, s.location())
}

func (c *Catalog) deleteLocation(w http.ResponseWriter, r *http.Request) {
	if err := c.Unregister(r.PathValue("id")); err != nil {
		wire.Fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (c *Catalog) getLocationOf(w http.ResponseWriter, r *http.Request) {
	item := c.byName(w, r)
	if item == nil {
		return
	}
	c.mu.Lock()
	s := c.sources[item.Entity.Annotation(entity.AnnotationOrigin)]
	c.mu.Unlock()
	if s == nil {
		wire.Fail(w, r, wire.NotFound("%s comes from no location", item.Ref))
		return
	}
	wire.JSON(w, http.StatusOK, s.location())
}

// postAnalyze says which descriptors a repository has, or what one could look like.
func (c *Catalog) postAnalyze(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Location locationInput `json:"location"`
	}
	err := wire.Read(w, r, &in)
	if err == nil {
		err = in.Location.check()
	}
	if err != nil {
		wire.Fail(w, r, err)
		return
	}
	place, err := c.opt.Git.Parse(in.Location.Target)
	if err != nil {
		wire.Fail(w, r, wire.Input("%v", err))
		return
	}
	if _, err := c.opt.Git.Repository(r.Context(), place.Repo); err != nil {
		wire.Fail(w, r, wire.NotFound("there is no repository %q", place.Repo))
		return
	}
	if place.Path == "" || path.Base(place.Path) != File {
		place.Path = path.Join(place.Path, File)
	}
	existing, generate := []any{}, []any{}
	found, err := c.Register(r.Context(), c.opt.Git.URL(place), true)
	if err == nil {
		for _, e := range found.Entities {
			existing = append(existing, map[string]any{"location": found.Location, "isRegistered": found.Exists, "entity": e})
		}
	} else {
		generate = append(generate, map[string]any{"entity": suggestion(place), "fields": []any{}})
	}
	wire.JSON(w, http.StatusOK, map[string]any{"existingEntityFiles": existing, "generateEntities": generate})
}

func suggestion(p repo.Place) entity.Entity {
	return entity.Entity{
		"apiVersion": "backstage.io/v1alpha1", "kind": "Component",
		"metadata": map[string]any{"name": p.Repo},
		"spec":     map[string]any{"type": "service", "lifecycle": "experimental", "owner": ""},
	}
}
