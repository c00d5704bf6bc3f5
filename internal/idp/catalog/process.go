package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/repo"
	"github.com/labbox/labbox/internal/idp/wire"
)

// refresh reads a source anew and takes in what it found.
func (c *Catalog) refresh(ctx context.Context, s *source) *reading {
	r := c.read(ctx, s)
	if ctx.Err() != nil {
		return r
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s.repos = r.repos
	if r.missing && s.Kind == discovered { // the repository describes itself no more
		c.forget(s)
		return r
	}
	c.sources[s.key()] = s
	c.take(s, r)
	c.save()
	c.publish()
	return r
}

// take lays a reading over the records; c.mu is held.
func (c *Catalog) take(s *source, r *reading) {
	now := map[string]bool{}
	for _, rec := range r.emitted {
		ref := rec.Entity.Ref().String()
		have := c.records[ref]
		if now[ref] || (have != nil && have.Source != s.key() && !have.Orphan) {
			from := s.Target
			if !now[ref] {
				from = have.Entity.Annotation(entity.AnnotationLocation)
			}
			r.problem("", "%s is defined already, by %s; this one is left out", ref, from)
			continue
		}
		now[ref] = true
		c.records[ref] = rec
	}
	for ref, rec := range c.records {
		if rec.Source != s.key() {
			continue
		}
		rec.Problems = r.problems[ref]
		if ref == s.entity().Ref().String() {
			rec.Problems = r.problems[""]
		}
		if !now[ref] && !r.broken() && len(rec.Problems) == 0 {
			rec.Orphan = true
		}
	}
	if r.missing { // a registered location whose file is gone keeps what it knew
		location := s.entity().Ref().String()
		if c.records[location] == nil {
			c.records[location] = &record{Entity: s.entity(), Source: s.key()}
		}
		c.records[location].Problems = r.problems[""]
	}
}

// forget removes a source and its entities; c.mu is held.
func (c *Catalog) forget(s *source) {
	delete(c.sources, s.key())
	for ref, rec := range c.records {
		if rec.Source == s.key() {
			delete(c.records, ref)
		}
	}
	c.save()
	c.publish()
}

// Provide makes entities of the platform itself the whole of what name provides;
// those it provided before and does not any more are removed.
func (c *Catalog) Provide(name string, entities []entity.Entity) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := string(provided) + ":" + name
	for ref, rec := range c.records {
		if rec.Source == key {
			delete(c.records, ref)
		}
	}
	for _, e := range entities {
		ref := e.Ref().String()
		if have := c.records[ref]; have == nil || have.Orphan {
			e.Annotate(map[string]string{entity.AnnotationLocation: "labbox:" + name, entity.AnnotationOrigin: "labbox:" + name})
			c.records[ref] = &record{Entity: e, Source: key}
		}
	}
	c.publish()
}

// Register adds a location and reads it. With dry it only says what would come of it.
// known says that it was there already: by itself, or as part of a repository that
// the catalog reads anyhow.
func (c *Catalog) Register(ctx context.Context, target string, dry bool) (Registration, error) {
	place, err := c.opt.Git.Parse(target)
	if err != nil {
		return Registration{}, wire.Input("%v", err)
	}
	if place.Path == "" {
		place.Path = File
	}
	c.reading.Lock()
	defer c.reading.Unlock()
	s := &source{Kind: registered, Target: c.opt.Git.URL(place), place: place}
	c.mu.Lock()
	have := c.sources[s.key()]
	c.mu.Unlock()
	out := Registration{Location: s.location(), Exists: have != nil}
	if have == nil && place.Path == File && place.Ref == "" {
		s.Kind = discovered // its repository will be found in a moment, or has been
	}
	if have != nil {
		s = have
	}
	r := c.read(ctx, s)
	out.Entities = entitiesOf(r)
	if r.missing {
		return out, wire.NotFound("there is no %s", place)
	}
	if r.broken() && len(out.Entities) <= 1 {
		return out, &wire.Problem{Status: 400, Name: "InputError", Message: fmt.Sprintf("%s cannot be read: %s", place, r.problems[""][0]), Errors: details(r)}
	}
	if !dry {
		c.mu.Lock()
		s.repos = r.repos
		c.sources[s.key()] = s
		c.take(s, r)
		c.save()
		c.publish()
		c.mu.Unlock()
	}
	return out, nil
}

// Registration is what came of a location.
type Registration struct {
	Location Location        `json:"location"`
	Entities []entity.Entity `json:"entities"`
	Exists   bool            `json:"exists"`
}

func entitiesOf(r *reading) []entity.Entity {
	out := []entity.Entity{}
	for _, rec := range r.emitted {
		if len(rec.Parent) > 0 { // not the Location that stands for the source
			out = append(out, rec.Entity)
		}
	}
	return out
}

func details(r *reading) []wire.Detail {
	var out []wire.Detail
	for _, words := range r.problems {
		for _, w := range words {
			out = append(out, wire.Detail{Name: "InputError", Message: w})
		}
	}
	return out
}

// Unregister removes a location by its id, with its entities.
func (c *Catalog) Unregister(id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.byID(id)
	if s == nil {
		return wire.NotFound("there is no location %q", id)
	}
	if s.Kind == discovered {
		return wire.NotAllowed("the lab reads every repository by itself; delete %s from it, or the repository", s.place.Path)
	}
	c.forget(s)
	return nil
}

// byID returns the source of an id, or nil; c.mu is held.
func (c *Catalog) byID(id string) *source {
	for _, s := range c.sources {
		if s.id() == id {
			return s
		}
	}
	return nil
}

// Remove deletes an entity by its uid. One whose file still holds it comes back at
// the next reading.
func (c *Catalog) Remove(uid string) error {
	item := c.view.Load().byUID[uid]
	if item == nil {
		return wire.NotFound("there is no entity with uid %q", uid)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.records, item.Ref)
	c.save()
	c.publish()
	return nil
}

// Refresh reads the file of an entity now.
func (c *Catalog) Refresh(ctx context.Context, ref string) error {
	r, err := entity.ParseRef(ref, "")
	if err != nil {
		return wire.Input("%v", err)
	}
	c.mu.Lock()
	rec := c.records[r.String()]
	var s *source
	if rec != nil {
		s = c.sources[rec.Source]
	}
	c.mu.Unlock()
	if rec == nil {
		return wire.NotFound("there is no entity %s", r)
	}
	if s != nil {
		c.reading.Lock()
		defer c.reading.Unlock()
		c.refresh(ctx, s)
	}
	return nil
}

// lookAt reads what has changed in a repository: its own description, and every
// registered location that drew in one of its files.
func (c *Catalog) lookAt(ctx context.Context, name string) error {
	info, err := c.opt.Git.Repository(ctx, name)
	if errors.Is(err, repo.ErrNotFound) {
		c.dropRepository(name)
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at repository %s: %w", name, err)
	}
	own := &source{Kind: discovered, place: repo.Place{Repo: name, Path: File}}
	own.Target = c.opt.Git.URL(own.place)
	c.mu.Lock()
	if have := c.sources[own.key()]; have != nil {
		own = have
	}
	todo := []*source{own}
	for _, s := range c.sources {
		if s != own && s.repos[name] {
			todo = append(todo, s)
		}
	}
	c.mu.Unlock()
	for _, s := range todo {
		if info.Head == "" && s.Kind == discovered {
			continue
		}
		if r := c.refresh(ctx, s); r.failed {
			return fmt.Errorf("look at repository %s: %s", name, r.problems[""][0])
		}
	}
	c.heads[name] = info.Head
	return ctx.Err()
}

func (c *Catalog) dropRepository(name string) {
	delete(c.heads, name)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.sources {
		if s.Kind == discovered && s.place.Repo == name {
			c.forget(s)
		}
	}
}

// Problems returns what is wrong with the sources, by the address of each.
func (c *Catalog) Problems() map[string][]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string][]string{}
	for _, rec := range c.records {
		if len(rec.Problems) > 0 {
			at := rec.Entity.Annotation(entity.AnnotationLocation)
			out[at] = append(out[at], rec.Problems...)
			slices.Sort(out[at])
		}
	}
	return out
}
