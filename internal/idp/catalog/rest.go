package catalog

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/wire"
)

// Guard wraps what changes something, so that only those who may come through.
type Guard func(http.HandlerFunc) http.HandlerFunc

// Routes adds Backstage's catalog API to mux.
func (c *Catalog) Routes(mux *http.ServeMux, guard Guard) {
	const api = "/api/catalog"
	const named = "/{kind}/{namespace}/{name}"
	mux.HandleFunc("GET "+api+"/entities", c.getEntities)
	mux.HandleFunc("GET "+api+"/entities/by-query", c.getByQuery)
	mux.HandleFunc("POST "+api+"/entities/by-query", c.postByQuery)
	mux.HandleFunc("GET "+api+"/entities/by-name"+named, c.getByName)
	mux.HandleFunc("GET "+api+"/entities/by-name"+named+"/ancestry", c.getAncestry)
	mux.HandleFunc("GET "+api+"/entities/by-uid/{uid}", c.getByUID)
	mux.HandleFunc("DELETE "+api+"/entities/by-uid/{uid}", guard(c.deleteByUID))
	mux.HandleFunc("POST "+api+"/entities/by-refs", c.postByRefs)
	mux.HandleFunc("GET "+api+"/entity-facets", c.getFacets)
	mux.HandleFunc("POST "+api+"/entity-facets", c.getFacets)
	mux.HandleFunc("POST "+api+"/refresh", guard(c.postRefresh))
	mux.HandleFunc("POST "+api+"/validate-entity", c.postValidate)
	mux.HandleFunc("GET "+api+"/locations", c.getLocations)
	mux.HandleFunc("POST "+api+"/locations", guard(c.postLocation))
	mux.HandleFunc("GET "+api+"/locations/{id}", c.getLocation)
	mux.HandleFunc("DELETE "+api+"/locations/{id}", guard(c.deleteLocation))
	mux.HandleFunc("GET "+api+"/locations/by-entity"+named, c.getLocationOf)
	mux.HandleFunc("POST "+api+"/analyze-location", guard(c.postAnalyze))
}

func (c *Catalog) getEntities(w http.ResponseWriter, r *http.Request) {
	in := r.URL.Query()
	q := Query{Filters: parseFilters(in["filter"])}
	for _, o := range in["order"] { // this one is written the other way round
		direction, field, ok := strings.Cut(o, ":")
		if !ok || (direction != "asc" && direction != "desc") {
			wire.Fail(w, r, wire.Input("order is written as asc:metadata.name or desc:metadata.name, not %.60q", o))
			return
		}
		q.Order = append(q.Order, Order{Field: field, Desc: direction == "desc"})
	}
	limit, err1 := number(in, "limit", -1)
	offset, err2 := number(in, "offset", 0)
	if err := errors.Join(err1, err2); err != nil {
		wire.Fail(w, r, wire.Input("%v", err))
		return
	}
	found := c.view.Load().find(q)
	found = found[min(offset, len(found)):]
	if limit >= 0 {
		found = found[:min(limit, len(found))]
	}
	wire.JSON(w, http.StatusOK, projected(found, parseFields(in)))
}

func number(q url.Values, key string, preset int) (int, error) {
	text := q.Get(key)
	if text == "" {
		return preset, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 1_000_000 {
		return 0, errors.New(key + " is a number from 0")
	}
	return n, nil
}

func projected(items []*Item, fields []string) []any {
	out := make([]any, 0, len(items))
	for _, item := range items {
		out = append(out, project(item.Entity, fields))
	}
	return out
}

func named(r *http.Request) entity.Ref {
	return entity.Ref{Kind: r.PathValue("kind"), Namespace: r.PathValue("namespace"), Name: r.PathValue("name")}
}

// byName returns the item that a path names, or answers that there is none.
func (c *Catalog) byName(w http.ResponseWriter, r *http.Request) *Item {
	ref := named(r)
	item := c.view.Load().byRef[ref.String()]
	if item == nil {
		wire.Fail(w, r, wire.NotFound("No entity named '%s' found, with kind '%s' in namespace '%s'", ref.Name, ref.Kind, ref.Namespace))
	}
	return item
}

func (c *Catalog) getByName(w http.ResponseWriter, r *http.Request) {
	if item := c.byName(w, r); item != nil {
		wire.JSON(w, http.StatusOK, item.Entity)
	}
}

// getAncestry names the Locations between the entity and its source.
func (c *Catalog) getAncestry(w http.ResponseWriter, r *http.Request) {
	item := c.byName(w, r)
	if item == nil {
		return
	}
	v := c.view.Load()
	items := []any{}
	seen := map[string]bool{}
	for at := item; at != nil && !seen[at.Ref]; at = v.byRef[at.Parent] {
		seen[at.Ref] = true
		parents := []string{}
		if v.byRef[at.Parent] != nil {
			parents = append(parents, at.Parent)
		}
		items = append(items, map[string]any{"entity": at.Entity, "parentEntityRefs": parents})
	}
	wire.JSON(w, http.StatusOK, map[string]any{"rootEntityRef": item.Ref, "items": items})
}

func (c *Catalog) getByUID(w http.ResponseWriter, r *http.Request) {
	if item := c.view.Load().byUID[r.PathValue("uid")]; item != nil {
		wire.JSON(w, http.StatusOK, item.Entity)
		return
	}
	wire.Fail(w, r, wire.NotFound("there is no entity with uid %q", r.PathValue("uid")))
}

func (c *Catalog) deleteByUID(w http.ResponseWriter, r *http.Request) {
	if err := c.Remove(r.PathValue("uid")); err != nil {
		wire.Fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (c *Catalog) postByRefs(w http.ResponseWriter, r *http.Request) {
	var in struct {
		EntityRefs []string `json:"entityRefs"`
		Fields     []string `json:"fields"`
	}
	if err := wire.Read(w, r, &in); err != nil {
		wire.Fail(w, r, err)
		return
	}
	filters := parseFilters(r.URL.Query()["filter"])
	v := c.view.Load()
	items := make([]any, 0, len(in.EntityRefs))
	for _, text := range in.EntityRefs {
		ref, err := entity.ParseRef(text, "")
		if err != nil {
			wire.Fail(w, r, wire.Input("%v", err))
			return
		}
		item := v.byRef[ref.String()]
		if item == nil || !(Query{Filters: filters}).match(item) {
			items = append(items, nil)
			continue
		}
		items = append(items, project(item.Entity, in.Fields))
	}
	wire.JSON(w, http.StatusOK, map[string]any{"items": items})
}

// getFacets counts the values of fields.
func (c *Catalog) getFacets(w http.ResponseWriter, r *http.Request) {
	in := r.URL.Query()
	facets := in["facet"]
	if len(facets) == 0 {
		wire.Fail(w, r, wire.Input("name at least one facet, as in ?facet=kind"))
		return
	}
	found := c.view.Load().find(Query{Filters: parseFilters(in["filter"])})
	out := map[string]any{}
	for _, facet := range facets {
		counts := map[string]int{}
		for _, item := range found {
			for _, value := range facetValues(item, facet) {
				counts[value]++
			}
		}
		list := []map[string]any{}
		for value, n := range counts {
			list = append(list, map[string]any{"value": value, "count": n})
		}
		slices.SortFunc(list, func(a, b map[string]any) int { return strings.Compare(a["value"].(string), b["value"].(string)) })
		out[facet] = list
	}
	wire.JSON(w, http.StatusOK, map[string]any{"facets": out})
}

// facetValues returns the values of a field as they are written, each once.
func facetValues(i *Item, facet string) []string {
	if strings.HasPrefix(strings.ToLower(facet), "relations.") {
		return slices.Compact(slices.Sorted(slices.Values(i.terms[strings.ToLower(facet)])))
	}
	var out []string
	switch v := at(i.Entity, strings.Split(facet, ".")).(type) {
	case nil, map[string]any:
	case []any:
		for _, item := range v {
			if s, ok := item.(string); ok && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	case string:
		out = append(out, v)
	default:
		data, err := json.Marshal(v)
		if err == nil {
			out = append(out, string(data))
		}
	}
	return out
}

func (c *Catalog) postRefresh(w http.ResponseWriter, r *http.Request) {
	var in struct {
		EntityRef string `json:"entityRef"`
	}
	err := wire.Read(w, r, &in)
	if err == nil {
		err = c.Refresh(r.Context(), in.EntityRef)
	}
	if err != nil {
		wire.Fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func (c *Catalog) postValidate(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Entity   entity.Entity `json:"entity"`
		Location string        `json:"location"`
	}
	if err := wire.Read(w, r, &in); err != nil {
		wire.Fail(w, r, err)
		return
	}
	kind, target, ok := strings.Cut(in.Location, ":")
	if !ok || kind == "" || target == "" {
		wire.Fail(w, r, wire.Input("location is written as url:http://..., not %.80q", in.Location))
		return
	}
	bad := entity.Validate(in.Entity)
	if len(bad) == 0 {
		w.WriteHeader(http.StatusOK)
		return
	}
	errs := []wire.Detail{}
	for _, words := range bad {
		errs = append(errs, wire.Detail{Name: "InputError", Message: words})
	}
	wire.JSON(w, http.StatusBadRequest, map[string]any{"errors": errs})
}
