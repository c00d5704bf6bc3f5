package entity

import (
	"slices"
	"strings"
	"testing"
)

func mustParse(t *testing.T, text string) []Entity {
	t.Helper()
	all, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

const component = `
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: shop, tags: [go], annotations: {argocd/app-name: shop}}
spec: {type: service, lifecycle: production, owner: Team-Blue, system: sales, dependsOn: [component:cart, resource:infra/db], providesApis: [orders]}
---
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: team-blue}
spec: {type: team, children: [], members: [ada]}
`

func TestParseAndRelations(t *testing.T) {
	t.Parallel()
	all := mustParse(t, component)
	if len(all) != 2 {
		t.Fatalf("%d entities were read, not 2", len(all))
	}
	for _, e := range all {
		if bad := Validate(e); len(bad) > 0 {
			t.Errorf("%s: %v", e.Ref(), bad)
		}
	}
	var got []string
	for _, e := range all {
		for _, p := range Pairs(e) {
			got = append(got, p.From+" "+p.Type+"/"+p.Reverse+" "+p.To)
		}
	}
	want := []string{
		"component:default/shop ownedBy/ownerOf group:default/team-blue",
		"component:default/shop partOf/hasPart system:default/sales",
		"component:default/shop providesApi/apiProvidedBy api:default/orders",
		"component:default/shop dependsOn/dependencyOf component:default/cart",
		"component:default/shop dependsOn/dependencyOf resource:infra/db",
		"group:default/team-blue hasMember/memberOf user:default/ada",
	}
	if !slices.Equal(got, want) {
		t.Errorf("relations are\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"no name":       {"apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {}\nspec: {owner: a}", "metadata.name"},
		"bad name":      {"apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: a--b!}\nspec: {owner: a}", "metadata.name"},
		"long name":     {"apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: " + strings.Repeat("a", 64) + "}\nspec: {owner: a}", "1 to 63"},
		"no owner":      {"apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: a}", "spec.owner of a System"},
		"kind":          {"apiVersion: backstage.io/v1alpha1\nkind: Thing\nmetadata: {name: a}", `kind "Thing" is not known`},
		"version":       {"apiVersion: v1\nkind: System\nmetadata: {name: a}\nspec: {owner: a}", "apiVersion of a System must be"},
		"template":      {"apiVersion: backstage.io/v1alpha1\nkind: Template\nmetadata: {name: a}\nspec: {type: x, steps: []}", "scaffolder.backstage.io/v1beta3"},
		"tag":           {"apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: a, tags: [Big]}\nspec: {owner: a}", "metadata.tags"},
		"label":         {"apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: a, labels: {x: 1}}\nspec: {owner: a}", "put it in quotes"},
		"link":          {"apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: a, links: [{title: x}]}\nspec: {owner: a}", "links.0.url"},
		"bad reference": {"apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: a}\nspec: {owner: 'a b'}", "spec.owner: entity reference"},
		"children":      {"apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: a}\nspec: {type: team}", "spec.children"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := Validate(mustParse(t, c.text)[0])
			if !strings.Contains(strings.Join(bad, "\n"), c.want) {
				t.Errorf("it says %q, without %q", bad, c.want)
			}
		})
	}
}

func TestRefsCompareWithoutCase(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"Shop": "component:default/shop", "API:Infra/Orders": "api:infra/orders", "x/Y": "component:x/y"} {
		r, err := ParseRef(in, "Component")
		if err != nil || r.String() != want {
			t.Errorf("%q is read as %s, %v", in, r, err)
		}
	}
	for _, in := range []string{"", "a:b:c", "a/b/c", "component:", "a b"} {
		if r, err := ParseRef(in, "Component"); err == nil {
			t.Errorf("%q is read as %s", in, r)
		}
	}
	if UID(Ref{"Component", "default", "Shop"}) != UID(Ref{"component", "Default", "shop"}) {
		t.Error("two spellings of one reference have two ids")
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"list": "- a\n- b\n", "broken": "a: [1\n", "text": "hello"} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s is read without an error", name)
		}
	}
}
