package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/labbox/labbox/internal/idp/entity"
)

// publish makes a new view of the records. c.mu is held, or nobody else knows c yet.
func (c *Catalog) publish() {
	relations := map[string]map[entity.Relation]bool{}
	add := func(from, kind, to string) {
		if relations[from] == nil {
			relations[from] = map[entity.Relation]bool{}
		}
		relations[from][entity.Relation{Type: kind, Target: to}] = true
	}
	for _, r := range c.records {
		for _, p := range entity.Pairs(r.Entity) {
			add(p.From, p.Type, p.To)
			add(p.To, p.Reverse, p.From)
		}
	}
	v := &view{byRef: map[string]*Item{}, byUID: map[string]*Item{}}
	for _, ref := range slices.Sorted(maps.Keys(c.records)) {
		item := complete(c.records[ref], relations[ref])
		v.items = append(v.items, item)
		v.byRef[ref] = item
		v.byUID[item.Entity.Text("uid")] = item
	}
	c.view.Store(v)
}

// complete adds what the catalog knows to what the file says.
func complete(r *record, relations map[entity.Relation]bool) *Item {
	e := r.Entity.Clone()
	ref := e.Ref()
	meta := e.Metadata()
	meta["namespace"] = e.Namespace()
	delete(meta, "uid")
	delete(meta, "etag")
	if r.Orphan {
		e.Annotate(map[string]string{entity.AnnotationOrphan: "true"})
	}
	sorted := slices.SortedFunc(maps.Keys(relations), func(a, b entity.Relation) int {
		return strings.Compare(a.Type+" "+a.Target, b.Type+" "+b.Target)
	})
	list := []any{}
	for _, rel := range sorted {
		list = append(list, map[string]any{"type": rel.Type, "targetRef": rel.Target})
	}
	e["relations"] = list
	delete(e, "status")
	if len(r.Problems) > 0 {
		items := []any{}
		for _, p := range r.Problems {
			items = append(items, map[string]any{"type": "backstage.io/catalog-processing", "level": "error", "message": p,
				"error": map[string]any{"name": "InputError", "message": p}})
		}
		e["status"] = map[string]any{"items": items}
	}
	meta["etag"] = entity.Etag(e)
	meta["uid"] = entity.UID(ref)
	item := &Item{Entity: e, Ref: ref.String(), Parent: r.Parent, terms: map[string][]string{}}
	item.index("", map[string]any(e))
	for _, rel := range sorted {
		key := "relations." + strings.ToLower(rel.Type)
		item.terms[key] = append(item.terms[key], rel.Target)
	}
	return item
}

// index flattens an entity into terms as Backstage does: the path in lower case to
// the values in lower case. An item x of a list at p is p=x and also p.x=true.
func (i *Item) index(path string, v any) {
	add := func(key, value string) {
		key = strings.ToLower(key)
		i.terms[key] = append(i.terms[key], strings.ToLower(value))
	}
	switch x := v.(type) {
	case map[string]any:
		for key, inner := range x {
			if path == "" && (key == "relations" || key == "status") {
				continue
			}
			i.index(strings.TrimPrefix(path+"."+key, "."), inner)
		}
	case []any:
		for _, inner := range x {
			i.index(path, inner)
			if s, ok := inner.(string); ok {
				add(path+"."+s, "true")
			}
		}
	case string:
		add(path, x)
	case bool:
		add(path, strconv.FormatBool(x))
	case float64:
		add(path, strconv.FormatFloat(x, 'f', -1, 64))
	case nil:
	default:
		add(path, fmt.Sprint(x))
	}
}
