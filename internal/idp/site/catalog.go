package site

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/idp/energy"
	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/scorecard"
	"github.com/labbox/labbox/internal/idp/wire"
)

// row is an entity in the list.
type row struct {
	Ref, Name, Kind, Type, Owner, Lifecycle, Description string
	Orphan, Broken                                       bool
}

// rowOf shows an entity in a language: the annotations labbox.dev/title-LANG and
// description-LANG come before its own words.
func rowOf(e entity.Entity, lang string) row {
	r := row{Ref: e.Ref().String(), Name: e.Title(), Kind: e.Kind(), Type: e.SpecText("type"), Lifecycle: e.SpecText("lifecycle"),
		Description: e.Text("description"), Orphan: e.Annotation(entity.AnnotationOrphan) == "true", Broken: e["status"] != nil}
	if owners := e.Related("ownedBy"); len(owners) > 0 {
		r.Owner = owners[0]
	}
	if t := e.Annotation("labbox.dev/title-" + lang); t != "" {
		r.Name = t
	}
	if d := e.Annotation("labbox.dev/description-" + lang); d != "" {
		r.Description = d
	}
	return r
}

func (s *Site) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	kind, text, owner := strings.ToLower(q.Get("kind")), strings.ToLower(strings.TrimSpace(q.Get("q"))), q.Get("owner")
	if !q.Has("kind") {
		kind = "component"
	}
	var rows []row
	owners := []string{}
	for _, e := range s.opt.Catalog.All(kind) {
		row := rowOf(e, langOf(r))
		if row.Owner != "" && !slices.Contains(owners, row.Owner) {
			owners = append(owners, row.Owner)
		}
		if strings.HasPrefix(e.Name(), "generated-") || owner != "" && row.Owner != owner ||
			!strings.Contains(strings.ToLower(row.Name+" "+row.Description+" "+row.Ref+" "+row.Type), text) {
			continue
		}
		rows = append(rows, row)
	}
	slices.Sort(owners)
	type option struct {
		Value string
		Here  bool
	}
	kinds := []option{}
	for _, k := range entity.Kinds() {
		kinds = append(kinds, option{k, strings.EqualFold(k, kind)})
	}
	s.show(w, r, page{name: "list", tab: "catalog", data: map[string]any{
		"Rows": rows, "Kinds": kinds, "Kind": kind, "Owners": owners, "Owner": owner, "Query": q.Get("q"), "Problems": s.opt.Catalog.Problems(),
	}})
}

// relation is a group of relations of one type.
type relation struct {
	Type    string
	Targets []target
}

type target struct {
	Ref   string
	Known bool
}

func (s *Site) entity(w http.ResponseWriter, r *http.Request) {
	ref := entity.Ref{Kind: r.PathValue("kind"), Namespace: r.PathValue("namespace"), Name: r.PathValue("name")}.String()
	e := s.opt.Catalog.Get(ref)
	if e == nil {
		s.fail(w, r, wire.NotFound("%s", ref))
		return
	}
	data := map[string]any{"Row": rowOf(e, langOf(r)), "Relations": s.relations(e), "View": e.Annotation(entity.AnnotationViewURL),
		"Docs": docsPath(e), "Definition": e.SpecText("definition"), "Problems": problems(e), "App": e.Annotation(entity.AnnotationArgoApp)}
	if strings.EqualFold(e.Kind(), "Component") {
		card, cardErr := s.opt.Cards.One(r.Context(), ref)
		reading, energyErr := s.opt.Cards.Energy(r.Context(), ref)
		data["Card"], data["Energy"] = card, reading
		for _, err := range []error{cardErr, energyErr} {
			if err != nil {
				data["Trouble"] = err.Error()
			}
		}
	} else {
		data["Card"], data["Energy"] = scorecard.Card{}, energy.Reading{}
	}
	if strings.EqualFold(e.Kind(), "Template") {
		data["Template"] = "/create/templates/" + e.Namespace() + "/" + e.Name()
	}
	s.show(w, r, page{name: "entity", tab: "catalog", title: e.Title(), data: data})
}

func docsPath(e entity.Entity) string {
	if e.Annotation(entity.AnnotationTechDocs) == "" {
		return ""
	}
	return strings.ToLower("/api/techdocs/static/docs/" + e.Namespace() + "/" + e.Kind() + "/" + e.Name() + "/index.html")
}

func problems(e entity.Entity) []string {
	var out []string
	status, _ := e["status"].(map[string]any)
	items, _ := status["items"].([]any)
	for _, item := range items {
		m, _ := item.(map[string]any)
		words, _ := m["message"].(string)
		out = append(out, words)
	}
	return out
}

func (s *Site) relations(e entity.Entity) []relation {
	var out []relation
	list, _ := e["relations"].([]any)
	for _, item := range list {
		m, _ := item.(map[string]any)
		kind, _ := m["type"].(string)
		ref, _ := m["targetRef"].(string)
		if len(out) == 0 || out[len(out)-1].Type != kind {
			out = append(out, relation{Type: kind})
		}
		last := &out[len(out)-1]
		last.Targets = append(last.Targets, target{ref, s.opt.Catalog.Get(ref) != nil})
	}
	return out
}

func (s *Site) scorecards(w http.ResponseWriter, r *http.Request) {
	cards, err := s.opt.Cards.All(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.show(w, r, page{name: "scorecards", tab: "scorecards", data: map[string]any{"Cards": cards}})
}
