package scorecard

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/idp/argo"
	"github.com/labbox/labbox/internal/idp/cluster"
	"github.com/labbox/labbox/internal/idp/energy"
	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/techdocs"
	"github.com/labbox/labbox/internal/idp/wire"
)

// fresh is how long a reading of the systems is used for several questions.
const fresh = time.Second

// Catalog is what scorecards need of the catalog.
type Catalog interface {
	Get(ref string) entity.Entity
	All(kind string) []entity.Entity
}

// Options name the systems that are looked at.
type Options struct {
	Catalog Catalog
	Cluster *cluster.Client
	Argo    *argo.Client
	Docs    *techdocs.Docs
	Energy  *energy.Client
}

// Cards makes scorecards. Its methods may be called by several goroutines.
type Cards struct {
	opt Options

	mu   sync.Mutex
	at   time.Time
	last *world
}

// New returns a Cards that has looked at nothing yet.
func New(o Options) *Cards { return &Cards{opt: o} }

// Text is said in both languages of the lab.
type Text struct {
	DE string `json:"de"`
	EN string `json:"en"`
}

// In returns the text in a language, de or en.
func (t Text) In(lang string) string {
	if lang == "de" {
		return t.DE
	}
	return t.EN
}

// Check is one line of a scorecard.
type Check struct {
	ID       string         `json:"id"`
	Title    Text           `json:"title"`
	Passed   bool           `json:"passed"`
	Seen     Text           `json:"seen"`
	Expected Text           `json:"expected"`
	Evidence map[string]any `json:"evidence"`
}

// Card is the scorecard of one component.
type Card struct {
	EntityRef string  `json:"entityRef"`
	Title     string  `json:"title"`
	Owner     string  `json:"owner"`
	Passed    int     `json:"passed"`
	Total     int     `json:"total"`
	Level     string  `json:"level"` // gold, silver, bronze or none
	Checks    []Check `json:"checks"`
}

func level(passed, total int) string {
	switch {
	case passed == total:
		return "gold"
	case passed*4 >= total*3:
		return "silver"
	case passed*2 >= total:
		return "bronze"
	}
	return "none"
}

// All returns the cards of all components, the worst first.
func (c *Cards) All(ctx context.Context) ([]Card, error) {
	w, err := c.world(ctx)
	if err != nil {
		return nil, err
	}
	out := []Card{}
	for _, e := range c.opt.Catalog.All("component") {
		out = append(out, c.card(ctx, w, e))
	}
	slices.SortStableFunc(out, func(a, b Card) int {
		return cmp.Or(cmp.Compare(a.Passed*b.Total, b.Passed*a.Total), strings.Compare(a.EntityRef, b.EntityRef))
	})
	return out, nil
}

// One returns the card of a component.
func (c *Cards) One(ctx context.Context, ref string) (Card, error) {
	e := c.opt.Catalog.Get(ref)
	if e == nil || !strings.EqualFold(e.Kind(), "Component") {
		return Card{}, wire.NotFound("there is no component %s", ref)
	}
	w, err := c.world(ctx)
	if err != nil {
		return Card{}, err
	}
	return c.card(ctx, w, e), nil
}

// Energy returns what the component's pods use.
func (c *Cards) Energy(ctx context.Context, ref string) (energy.Reading, error) {
	e := c.opt.Catalog.Get(ref)
	if e == nil {
		return energy.Reading{}, wire.NotFound("there is no entity %s", ref)
	}
	w, err := c.world(ctx)
	if err != nil {
		return energy.Reading{}, err
	}
	r, err := c.opt.Energy.Read(ctx, podsOf(w.workloads(e)))
	if err != nil {
		return r, wire.Unavailable("%v", err)
	}
	return r, nil
}

func (c *Cards) card(ctx context.Context, w *world, e entity.Entity) Card {
	out := Card{EntityRef: e.Ref().String(), Title: e.Title()}
	if owners := e.Related("ownedBy"); len(owners) > 0 {
		out.Owner = owners[0]
	}
	workloads := w.workloads(e)
	out.Checks = []Check{
		c.owner(e), description(e), c.docs(ctx, e), w.synced(e), nonRoot(workloads), resources(workloads), probes(workloads), c.energy(ctx, workloads),
	}
	out.Total = len(out.Checks)
	for _, check := range out.Checks {
		if check.Passed {
			out.Passed++
		}
	}
	out.Level = level(out.Passed, out.Total)
	return out
}
