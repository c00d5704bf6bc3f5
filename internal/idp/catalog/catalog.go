package catalog

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/repo"
)

// File is the name under which a repository describes itself.
const File = "catalog-info.yaml"

// Options say what the catalog reads.
type Options struct {
	Git *repo.Client
	// StateFile keeps registered locations and orphans over a restart; empty: nothing
	// is kept.
	StateFile string
	// Every is how often the repositories are looked at where no webhook came; five
	// seconds when 0.
	Every time.Duration
	Log   *slog.Logger
}

// Catalog holds the entities. Its methods may be called by several goroutines.
type Catalog struct {
	opt  Options
	wake chan string
	view atomic.Pointer[view]

	mu      sync.Mutex // guards what follows; held for no I/O but the state file's
	sources map[string]*source
	records map[string]*record

	reading sync.Mutex // one reading of sources at a time
	heads   map[string]string
}

// record is an entity as its file says it, and where it comes from.
type record struct {
	Entity entity.Entity `json:"entity"`
	// Source is the key of the source that emitted it, Parent the Location in it.
	Source   string   `json:"source"`
	Parent   string   `json:"parent"`
	Orphan   bool     `json:"orphan"`
	Problems []string `json:"-"`
}

// New returns a catalog with what the state file knows.
func New(o Options) (*Catalog, error) {
	if o.Every == 0 {
		o.Every = 5 * time.Second
	}
	c := &Catalog{opt: o, wake: make(chan string, 256), sources: map[string]*source{}, records: map[string]*record{}, heads: map[string]string{}}
	if err := c.load(); err != nil {
		return nil, err
	}
	c.publish()
	return c, nil
}

// Item is an entity in a view: complete, and never changed.
type Item struct {
	Entity entity.Entity
	Ref    string
	Parent string
	terms  map[string][]string
}

// view is what readers see at one moment.
type view struct {
	items []*Item // by reference
	byRef map[string]*Item
	byUID map[string]*Item
}

// Get returns the entity of a reference such as "component:default/x", or nil.
func (c *Catalog) Get(ref string) entity.Entity {
	r, err := entity.ParseRef(ref, "")
	if err != nil {
		return nil
	}
	if item := c.view.Load().byRef[r.String()]; item != nil {
		return item.Entity
	}
	return nil
}

// All returns the entities of a kind by reference; an empty kind means all.
func (c *Catalog) All(kind string) []entity.Entity {
	q := Query{}
	if kind != "" {
		q.Filters = []Filter{{"kind": {kind}}}
	}
	var out []entity.Entity
	for _, item := range c.view.Load().find(q) {
		out = append(out, item.Entity)
	}
	return out
}
