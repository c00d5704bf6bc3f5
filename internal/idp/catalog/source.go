package catalog

import (
	"crypto/sha1" //nolint:gosec // Backstage names generated locations by it
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/repo"
)

// sourceKind says how a source came to be known.
type sourceKind string

const (
	discovered sourceKind = "discovered" // a repository of the git server
	registered sourceKind = "registered" // POST /locations
	provided   sourceKind = "provided"   // made by the platform itself
)

// source is a location with all that follows from it.
type source struct {
	Kind   sourceKind `json:"kind"`
	Target string     `json:"target"`
	// place is Target; repos are the repositories that the last reading looked into.
	place repo.Place
	repos map[string]bool
}

func (s *source) key() string { return "url:" + s.Target }

// id names the source in /locations.
func (s *source) id() string {
	return entity.UID(entity.Ref{Kind: "location", Namespace: "source", Name: s.key()})
}

// entityName is the name of the Location entity that stands for the source.
func (s *source) entityName() string {
	sum := sha1.Sum([]byte(s.key())) //nolint:gosec // no secret
	return "generated-" + hex.EncodeToString(sum[:])
}

// entity is that Location entity.
func (s *source) entity() entity.Entity {
	return entity.Entity{
		"apiVersion": "backstage.io/v1alpha1", "kind": "Location",
		"metadata": map[string]any{"name": s.entityName(), "namespace": entity.DefaultNamespace,
			"annotations": map[string]any{entity.AnnotationLocation: s.key(), entity.AnnotationOrigin: s.key()}},
		"spec": map[string]any{"type": "url", "target": s.Target, "presence": "optional"},
	}
}

// Location is a source as /locations shows it.
type Location struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	Target string `json:"target"`
}

func (s *source) location() Location { return Location{ID: s.id(), Type: "url", Target: s.Target} }

// state is what survives a restart.
type state struct {
	Locations []string  `json:"locations"`
	Orphans   []*record `json:"orphans"`
}

func (c *Catalog) load() error {
	if c.opt.StateFile == "" {
		return nil
	}
	data, err := os.ReadFile(c.opt.StateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the catalog's state: %w", err)
	}
	var s state
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("read the catalog's state in %s: %w", c.opt.StateFile, err)
	}
	for _, target := range s.Locations {
		place, err := c.opt.Git.Parse(target)
		if err != nil {
			c.opt.Log.Warn("a registered location is not read", "target", target, "err", err)
			continue
		}
		src := &source{Kind: registered, Target: target, place: place, repos: map[string]bool{place.Repo: true}}
		c.sources[src.key()] = src
	}
	for _, r := range s.Orphans {
		r.Orphan = true
		c.records[r.Entity.Ref().String()] = r
	}
	return nil
}

// save writes the state file; c.mu is held. A failure is told to the log: the
// catalog works without it until the next restart.
func (c *Catalog) save() {
	if c.opt.StateFile == "" {
		return
	}
	s := state{Locations: []string{}, Orphans: []*record{}}
	for _, key := range slices.Sorted(maps.Keys(c.sources)) {
		if src := c.sources[key]; src.Kind == registered {
			s.Locations = append(s.Locations, src.Target)
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(c.records)) {
		if r := c.records[ref]; r.Orphan {
			s.Orphans = append(s.Orphans, r)
		}
	}
	data, err := json.Marshal(s)
	if err == nil {
		err = os.WriteFile(c.opt.StateFile+".new", data, 0o600)
	}
	if err == nil {
		err = os.Rename(c.opt.StateFile+".new", c.opt.StateFile)
	}
	if err != nil {
		c.opt.Log.Error("keep the catalog's state", "err", err)
	}
}
