package idp

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const shop = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: Shop
  description: Sells things
  tags: [go, web]
  annotations: {argocd/app-name: shop}
spec: {type: service, lifecycle: production, owner: team-blue, system: sales, providesApis: [orders], dependsOn: [component:cart]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: cart}
spec: {type: library, lifecycle: deprecated, owner: group:team-green}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: orders}
spec: {type: openapi, lifecycle: production, owner: team-blue, definition: {$text: ./api/orders.yaml}}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: sales, links: [{url: "http://x.example"}]}
spec: {owner: user:learner}
`

// mustShop is a lab with the repository shop in its catalog.
func mustShop(t *testing.T) *lab {
	t.Helper()
	l := mustLab(t)
	l.git.Commit("shop", map[string]string{"catalog-info.yaml": shop, "api/orders.yaml": "openapi: 3.0.0\n"})
	await(t, "the component", func() bool { return l.get(t, "/api/catalog/entities/by-name/component/default/shop").status == 200 })
	return l
}

func TestCatalogQueries(t *testing.T) {
	t.Parallel()
	l := mustShop(t)
	q := func(params string) string {
		parts := strings.Split(params, "&")
		for i, p := range parts {
			key, value, _ := strings.Cut(p, "=")
			parts[i] = key + "=" + url.QueryEscape(value)
		}
		return strings.Join(parts, "&")
	}
	for params, want := range map[string]string{
		"filter=kind=component":                                     `["cart","Shop"]`,
		"filter=kind=Component,spec.type=service":                   `["Shop"]`,
		"filter=spec.type=service&filter=spec.type=library":         `["cart","Shop","web-service"]`,
		"filter=kind=component,spec.type=service,spec.type=library": `["cart","Shop"]`,
		"filter=metadata.tags=go":                                   `["Shop"]`,
		"filter=metadata.tags.web=true":                             `["Shop"]`,
		"filter=metadata.annotations.argocd/app-name":               `["Shop"]`,
		"filter=relations.ownedby=group:default/team-green":         `["cart"]`,
		"filter=kind=component&orderField=spec.type,asc":            `["cart","Shop"]`,
		"filter=kind=component&orderField=metadata.name,desc":       `["Shop","cart"]`,
		"fullTextFilterTerm=sells":                                  `["Shop"]`,
		"fullTextFilterTerm=web&fullTextFilterFields=metadata.tags": `["Shop"]`,
		"filter=kind=nothing":                                       `[]`,
	} {
		r := l.get(t, "/api/catalog/entities/by-query?fields=metadata.name&"+q(params))
		if got := names(r); got != want {
			t.Errorf("%s finds %s, not %s", params, got, want)
		}
	}
	first := l.get(t, "/api/catalog/entities/by-query?limit=1&filter=kind=component&orderField=metadata.name,asc")
	if first.at("items/0/metadata/name") != "cart" || first.at("totalItems") != "2" || first.at("pageInfo/prevCursor") != "null" {
		t.Errorf("the first page is %s", first.body)
	}
	second := l.get(t, "/api/catalog/entities/by-query?cursor="+first.at("pageInfo/nextCursor"))
	if second.at("items/0/metadata/name") != "Shop" || second.at("pageInfo/nextCursor") != "null" {
		t.Errorf("the second page is %s", second.body)
	}
	back := l.get(t, "/api/catalog/entities/by-query?cursor="+second.at("pageInfo/prevCursor"))
	if back.at("items/0/metadata/name") != "cart" {
		t.Errorf("the page before is %s", back.body)
	}
	if facets := l.get(t, "/api/catalog/entity-facets?facet=spec.type&filter=kind=component"); facets.at("facets/spec.type") != `[{"count":1,"value":"library"},{"count":1,"value":"service"}]` {
		t.Errorf("facets are %s", facets.body)
	}
	if all := l.get(t, "/api/catalog/entities?filter=kind=component&order=desc:metadata.name&limit=1&offset=1"); all.at("0/metadata/name") != "cart" {
		t.Errorf("entities are %s", all.body)
	}
}

// names returns the names of a page's items, as JSON.
func names(r reply) string {
	var out []string
	for i := 0; ; i++ {
		name := r.at("items/" + string(rune('0'+i)) + "/metadata/name")
		if name == "none" || name == "null" || i > 8 {
			break
		}
		out = append(out, `"`+name+`"`)
	}
	return "[" + strings.Join(out, ",") + "]"
}

func TestCatalogPredicates(t *testing.T) {
	t.Parallel()
	l := mustShop(t)
	for query, want := range map[string]string{
		`{"kind":"Component","spec.type":"SERVICE"}`:                                                  `["Shop"]`,
		`{"$all":[{"kind":"component"},{"$not":{"spec.lifecycle":"deprecated"}}]}`:                    `["Shop"]`,
		`{"$any":[{"metadata.name":"cart"},{"kind":"System"}]}`:                                       `["cart","sales"]`,
		`{"kind":"component","metadata.description":{"$exists":false}}`:                               `["cart"]`,
		`{"spec.type":{"$in":["library","openapi"]}}`:                                                 `["orders","cart"]`,
		`{"metadata.name":{"$hasPrefix":"sh"}}`:                                                       `["Shop"]`,
		`{"metadata.tags":{"$contains":"web"}}`:                                                       `["Shop"]`,
		`{"relations":{"$contains":{"type":"dependencyOf","targetRef":"component:default/shop"}}}`:    `["cart"]`,
		`{"metadata.annotations.argocd/app-name":"shop"}`:                                             `["Shop"]`,
		`{"kind":"component","$not":{"$any":[{"metadata.name":"cart"},{"metadata.name":"nothing"}]}}`: `["Shop"]`,
	} {
		r := l.post(t, "/api/catalog/entities/by-query", `{"query":`+query+`,"fields":["metadata.name"]}`)
		if got := names(r); r.status != 200 || got != want {
			t.Errorf("%s finds %s, not %s (%d %s)", query, got, want, r.status, r.body)
		}
	}
	for _, bad := range []string{`[]`, `{"$xor":[]}`, `{"$all":{}}`, `{"kind":{"$like":"x"}}`, `{"kind":["a"]}`} {
		if r := l.post(t, "/api/catalog/entities/by-query", `{"query":`+bad+`}`); r.status != 400 || r.at("error/name") != "InputError" {
			t.Errorf("%s is answered with %d %s", bad, r.status, r.body)
		}
	}
}

func TestCatalogByNameUIDAndRefs(t *testing.T) {
	t.Parallel()
	l := mustShop(t)
	e := l.get(t, "/api/catalog/entities/by-name/COMPONENT/Default/sHOP")
	for at, want := range map[string]string{"metadata/name": "Shop", "metadata/namespace": "default", "kind": "Component",
		"relations/0/type": "dependsOn", "relations/0/targetRef": "component:default/cart"} {
		if e.at(at) != want {
			t.Errorf("%s is %s, not %s", at, e.at(at), want)
		}
	}
	if byUID := l.get(t, "/api/catalog/entities/by-uid/"+e.at("metadata/uid")); byUID.body != e.body {
		t.Errorf("by its uid it is %s", byUID.body)
	}
	if cart := l.get(t, "/api/catalog/entities/by-name/component/default/cart"); !strings.Contains(cart.body, `{"targetRef":"component:default/shop","type":"dependencyOf"}`) {
		t.Errorf("the other side of a relation is missing: %s", cart.body)
	}
	refs := l.post(t, "/api/catalog/entities/by-refs", `{"entityRefs":["api:orders","component:default/none","system:default/SALES"],"fields":["kind"]}`)
	if refs.body != `{"items":[{"kind":"API"},null,{"kind":"System"}]}`+"\n" {
		t.Errorf("by references there are %s", refs.body)
	}
	ancestry := l.get(t, "/api/catalog/entities/by-name/template/default/web-service/ancestry")
	if ancestry.at("rootEntityRef") != "template:default/web-service" || ancestry.at("items/1/entity/metadata/name") != "platform" || ancestry.at("items/2/entity/kind") != "Location" {
		t.Errorf("the ancestry is %s", ancestry.body)
	}
	missing := l.get(t, "/api/catalog/entities/by-name/component/default/none")
	want := `{"error":{"message":"No entity named 'none' found, with kind 'component' in namespace 'default'","name":"NotFoundError"},"request":{"method":"GET","url":"/api/catalog/entities/by-name/component/default/none"},"response":{"statusCode":404}}`
	if missing.status != 404 || strings.TrimSpace(missing.body) != want {
		t.Errorf("what is missing is answered with %d %s", missing.status, missing.body)
	}
}

// TestCatalogFollowsGit: orphans, repair, broken files, and repositories that go.
func TestCatalogFollowsGit(t *testing.T) {
	t.Parallel()
	l := mustShop(t)
	entity := func(ref string) reply { return l.get(t, "/api/catalog/entities/by-name/"+ref) }
	l.git.Commit("shop", map[string]string{"catalog-info.yaml": strings.Split(shop, "---")[0]})
	await(t, "the orphan", func() bool {
		return strings.Contains(entity("component/default/cart").body, `"backstage.io/orphan":"true"`)
	})
	l.stop()
	l.mustStart(t)
	await(t, "the catalog after a restart", func() bool { return entity("component/default/shop").status == 200 })
	if r := entity("component/default/cart"); !strings.Contains(r.body, `"backstage.io/orphan":"true"`) {
		t.Errorf("after a restart the orphan is %d %s", r.status, r.body)
	}
	l.git.Commit("shop", map[string]string{"catalog-info.yaml": shop + "---\nkind: [", "api/orders.yaml": "x"})
	await(t, "the problem", func() bool { return strings.Contains(l.get(t, "/?kind=").body, "read YAML") })
	if r := entity("component/default/shop"); r.status != 200 {
		t.Errorf("after a broken push the component is %d", r.status)
	}
	l.git.Commit("shop", map[string]string{"catalog-info.yaml": strings.Replace(shop, "lifecycle: production, owner: team-blue, system", "owner: team-blue, system", 1), "api/orders.yaml": "x"})
	await(t, "the status", func() bool {
		return strings.Contains(entity("component/default/shop").body, "spec.lifecycle of a Component must be")
	})
	if r := entity("component/default/shop"); r.at("status/items/0/level") != "error" || r.at("spec/lifecycle") != "production" {
		t.Errorf("an entity that is not valid any more is %s", r.body)
	}
	if r := entity("component/default/cart"); strings.Contains(r.body, "orphan") {
		t.Errorf("what came back is still an orphan: %s", r.body)
	}
	uid := entity("component/default/cart").at("metadata/uid")
	if r := l.send(t, http.MethodDelete, "/api/catalog/entities/by-uid/"+uid, ""); r.status != 204 || entity("component/default/cart").status != 404 {
		t.Errorf("deleting is answered with %d", r.status)
	}
	if r := l.post(t, "/api/catalog/refresh", `{"entityRef":"component:default/shop"}`); r.status != 200 || entity("component/default/cart").status != 200 {
		t.Errorf("refreshing is answered with %d %s", r.status, r.body)
	}
	l.git.Remove("shop")
	l.git.OnPush("shop")
	await(t, "the end", func() bool { return entity("component/default/shop").status == 404 })
}

func TestCatalogLocations(t *testing.T) {
	t.Parallel()
	l := mustShop(t)
	l.git.Commit("parts", map[string]string{"infra/db.yaml": "apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata: {name: db}\nspec: {type: database, owner: team-blue}\n"})
	body := `{"type":"url","target":"` + l.git.URL + `/parts/file/infra/db.yaml"}`
	dry := l.post(t, "/api/catalog/locations?dryRun=true", body)
	if dry.status != 201 || dry.at("exists") != "false" || dry.at("entities/0/metadata/name") != "db" || l.get(t, "/api/catalog/locations").body != "[]\n" {
		t.Fatalf("a dry run is answered with %d %s", dry.status, dry.body)
	}
	made := l.post(t, "/api/catalog/locations", body)
	if made.status != 201 || made.at("location/target") != l.git.URL+"/parts/file/infra/db.yaml" || l.get(t, "/api/catalog/entities/by-name/resource/default/db").status != 200 {
		t.Fatalf("registering is answered with %d %s", made.status, made.body)
	}
	if again := l.post(t, "/api/catalog/locations", body); again.status != 409 || again.at("error/name") != "ConflictError" {
		t.Errorf("registering twice is answered with %d %s", again.status, again.body)
	}
	if r := l.post(t, "/api/catalog/locations", `{"type":"url","target":"`+l.git.URL+`/shop/file/catalog-info.yaml"}`); r.status != 409 {
		t.Errorf("registering what is read anyhow is answered with %d %s", r.status, r.body)
	}
	l.stop()
	l.mustStart(t)
	await(t, "the location after a restart", func() bool { return l.get(t, "/api/catalog/entities/by-name/resource/default/db").status == 200 })
	l.git.Commit("parts", map[string]string{"infra/db.yaml": "apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata: {name: db}\nspec: {type: cache, owner: team-blue}\n"})
	await(t, "the change", func() bool {
		return l.get(t, "/api/catalog/entities/by-name/resource/default/db").at("spec/type") == "cache"
	})
	id := made.at("location/id")
	if r := l.get(t, "/api/catalog/locations/by-entity/resource/default/db"); r.at("id") != id {
		t.Errorf("the entity's location is %s", r.body)
	}
	if r := l.get(t, "/api/catalog/locations"); r.at("0/data/id") != id {
		t.Errorf("locations are %s", r.body)
	}
	if r := l.send(t, http.MethodDelete, "/api/catalog/locations/"+id, ""); r.status != 204 || l.get(t, "/api/catalog/entities/by-name/resource/default/db").status != 404 {
		t.Errorf("removing is answered with %d", r.status)
	}
	for target, want := range map[string]int{"http://169.254.169.254/x": 400, l.git.URL + "/none/file/x.yaml": 404, "file:///etc/passwd": 400} {
		if r := l.post(t, "/api/catalog/locations", `{"type":"url","target":"`+target+`"}`); r.status != want {
			t.Errorf("%s is answered with %d %s", target, r.status, r.body)
		}
	}
}

func TestCatalogValidates(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	good := `{"entity":{"apiVersion":"backstage.io/v1alpha1","kind":"System","metadata":{"name":"x"},"spec":{"owner":"a"}},"location":"url:http://x"}`
	if r := l.post(t, "/api/catalog/validate-entity", good); r.status != 200 {
		t.Errorf("a valid entity is answered with %d %s", r.status, r.body)
	}
	bad := l.post(t, "/api/catalog/validate-entity", strings.Replace(good, `"owner":"a"`, `"owner":""`, 1))
	if bad.status != 400 || !strings.Contains(bad.at("errors/0/message"), "spec.owner of a System") {
		t.Errorf("one that is not is answered with %d %s", bad.status, bad.body)
	}
	l.git.Commit("plain", map[string]string{"main.go": "package main"})
	analysis := l.post(t, "/api/catalog/analyze-location", `{"location":{"type":"url","target":"`+l.git.URL+`/plain"}}`)
	if analysis.at("generateEntities/0/entity/metadata/name") != "plain" || analysis.at("existingEntityFiles") != "[]" {
		t.Errorf("the analysis is %s", analysis.body)
	}
}
