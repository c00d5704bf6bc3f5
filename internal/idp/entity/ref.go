package entity

import (
	"fmt"
	"strings"
)

// DefaultNamespace is the namespace of an entity that names none.
const DefaultNamespace = "default"

// Ref names an entity: [kind:][namespace/]name.
type Ref struct{ Kind, Namespace, Name string }

// String returns the reference whole and in lower case, the form in which two
// references are compared.
func (r Ref) String() string {
	return strings.ToLower(r.Kind + ":" + r.Namespace + "/" + r.Name)
}

// ParseRef reads a reference; kind and DefaultNamespace stand in for what it leaves
// out. Without a kind at all it is an error.
func ParseRef(s, kind string) (Ref, error) {
	r := Ref{Kind: kind, Namespace: DefaultNamespace, Name: strings.TrimSpace(s)}
	if k, rest, ok := strings.Cut(r.Name, ":"); ok {
		r.Kind, r.Name = k, rest
	}
	if ns, rest, ok := strings.Cut(r.Name, "/"); ok {
		r.Namespace, r.Name = ns, rest
	}
	if r.Kind == "" || r.Namespace == "" || r.Name == "" || strings.ContainsAny(r.Name+r.Namespace+r.Kind, ":/ \t\n") {
		return Ref{}, fmt.Errorf("entity reference %.80q is not of the form [kind:][namespace/]name", s)
	}
	return r, nil
}

// Relation is one direction of a pair of relations.
type Relation struct {
	Type   string `json:"type"`
	Target string `json:"targetRef"`
}

// Pair is what one entry of a spec means: From relates to To by Type, and To to From
// by Reverse.
type Pair struct {
	From, To      string
	Type, Reverse string
}

// field says what an entry of the spec means and which kind its references have.
type field struct {
	kinds, name, kind string // kinds: which entities have it; empty: all
	relation, reverse string
}

var fields = []field{
	{"", "owner", "group", "ownedBy", "ownerOf"},
	{"component api resource", "system", "system", "partOf", "hasPart"},
	{"system", "domain", "domain", "partOf", "hasPart"},
	{"domain", "subdomainOf", "domain", "partOf", "hasPart"},
	{"component", "subcomponentOf", "component", "partOf", "hasPart"},
	{"component", "providesApis", "api", "providesApi", "apiProvidedBy"},
	{"component", "consumesApis", "api", "consumesApi", "apiConsumedBy"},
	{"component resource", "dependsOn", "", "dependsOn", "dependencyOf"},
	{"component resource", "dependencyOf", "", "dependencyOf", "dependsOn"},
	{"group", "parent", "group", "childOf", "parentOf"},
	{"group", "children", "group", "parentOf", "childOf"},
	{"group", "members", "user", "hasMember", "memberOf"},
	{"user", "memberOf", "group", "memberOf", "hasMember"},
}

// Pairs returns the relations that follow from the entity's spec. References that
// cannot be read are left out; Validate names them.
func Pairs(e Entity) []Pair {
	var out []Pair
	self, kind := e.Ref().String(), strings.ToLower(e.Kind())
	for _, f := range fields {
		if !f.on(kind) {
			continue
		}
		for _, s := range texts(e.Spec()[f.name]) {
			if r, err := ParseRef(s, f.kind); err == nil {
				if !strings.Contains(s, "/") {
					r.Namespace = e.Namespace()
				}
				out = append(out, Pair{From: self, To: r.String(), Type: f.relation, Reverse: f.reverse})
			}
		}
	}
	return out
}

func (f field) on(kind string) bool {
	if f.kinds == "" {
		return true
	}
	for k := range strings.FieldsSeq(f.kinds) {
		if k == kind {
			return true
		}
	}
	return false
}
