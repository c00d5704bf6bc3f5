package catalog

import (
	"net/url"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/idp/wire"
)

// Filter is one set of tests that must all pass: key to the values that it may have;
// no values: the key must be there.
type Filter map[string][]string

// Order sorts by a field.
type Order struct {
	Field string `json:"field"`
	Desc  bool   `json:"desc,omitempty"`
}

// Query selects entities. It is what a cursor carries.
type Query struct {
	Filters   []Filter `json:"filters,omitempty"` // one of them must match; none: all do
	Predicate any      `json:"predicate,omitempty"`
	Text      string   `json:"text,omitempty"`
	TextIn    []string `json:"textIn,omitempty"`
	Order     []Order  `json:"order,omitempty"`
}

// parseFilters reads filter=kind=component,spec.type=service: a comma is and, a
// repeated parameter is or, a key twice in one of them is one value or the other.
func parseFilters(params []string) []Filter {
	var out []Filter
	for _, param := range params {
		f := Filter{}
		for part := range strings.SplitSeq(param, ",") {
			part = strings.TrimSpace(part)
			if part == "" {
				continue
			}
			key, value, valued := strings.Cut(part, "=")
			key = strings.ToLower(strings.TrimSpace(key))
			if !valued {
				if _, there := f[key]; !there {
					f[key] = nil
				}
				continue
			}
			f[key] = append(f[key], strings.ToLower(strings.TrimSpace(value)))
		}
		if len(f) > 0 {
			out = append(out, f)
		}
	}
	return out
}

func (f Filter) match(i *Item) bool {
	for key, values := range f {
		have, there := i.terms[key]
		if !there {
			return false
		}
		if len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return slices.Contains(have, v) }) {
			return false
		}
	}
	return true
}

// find returns the items that q selects, in its order.
func (v *view) find(q Query) []*Item {
	var out []*Item
	for _, item := range v.items {
		if q.match(item) {
			out = append(out, item)
		}
	}
	if len(q.Order) > 0 {
		slices.SortStableFunc(out, func(a, b *Item) int { return q.compare(a, b) })
	}
	return out
}

func (q Query) match(i *Item) bool {
	if len(q.Filters) > 0 && !slices.ContainsFunc(q.Filters, func(f Filter) bool { return f.match(i) }) {
		return false
	}
	if q.Predicate != nil && !matches(q.Predicate, map[string]any(i.Entity)) {
		return false
	}
	return q.matchText(i)
}

// matchText looks for the words in the named fields, else in name, title and
// description.
func (q Query) matchText(i *Item) bool {
	want := strings.ToLower(strings.TrimSpace(q.Text))
	if want == "" {
		return true
	}
	in := q.TextIn
	if len(in) == 0 {
		in = []string{"metadata.name", "metadata.title", "metadata.description", "kind", "spec.owner", "metadata.tags"}
	}
	for _, field := range in {
		if slices.ContainsFunc(i.terms[strings.ToLower(field)], func(s string) bool { return strings.Contains(s, want) }) {
			return true
		}
	}
	return false
}

func (q Query) compare(a, b *Item) int {
	for _, o := range q.Order {
		x, y := a.first(o.Field), b.first(o.Field)
		if x == y {
			continue
		}
		if x == "" || y == "" { // what is missing comes last, whichever the direction
			if x == "" {
				return 1
			}
			return -1
		}
		if c := strings.Compare(x, y); o.Desc {
			return -c
		} else {
			return c
		}
	}
	return strings.Compare(a.Ref, b.Ref)
}

func (i *Item) first(field string) string {
	if all := i.terms[strings.ToLower(field)]; len(all) > 0 {
		return all[0]
	}
	return ""
}

// parseOrder reads orderField=metadata.name,asc.
func parseOrder(params []string) ([]Order, error) {
	var out []Order
	for _, p := range params {
		field, direction, _ := strings.Cut(p, ",")
		if field == "" || (direction != "" && direction != "asc" && direction != "desc") {
			return nil, wire.Input("orderField is written as metadata.name,asc or metadata.name,desc, not %.60q", p)
		}
		out = append(out, Order{Field: field, Desc: direction == "desc"})
	}
	return out, nil
}

// parseFields reads fields=kind,metadata.name; nil means all.
func parseFields(q url.Values) []string {
	var out []string
	for _, p := range q["fields"] {
		for part := range strings.SplitSeq(p, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

// project returns the fields of an entity; all of it where none are named. Keys may
// hold dots themselves, as those of annotations do.
func project(e map[string]any, fields []string) any {
	if len(fields) == 0 {
		return e
	}
	out := map[string]any{}
	for _, f := range fields {
		copyField(e, out, strings.Split(f, "."))
	}
	return out
}

func copyField(from, to map[string]any, path []string) {
	for n := len(path); n > 0; n-- { // the longest key that is there
		key := strings.Join(path[:n], ".")
		value, there := from[key]
		if !there {
			continue
		}
		inner, isObject := value.(map[string]any)
		if n == len(path) {
			to[key] = value
			return
		}
		if isObject {
			next, ok := to[key].(map[string]any)
			if !ok {
				next = map[string]any{}
			}
			copyField(inner, next, path[n:])
			if len(next) > 0 {
				to[key] = next
			}
			return
		}
	}
}
