package idp

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestEnvironments(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	made := l.post(t, "/api/environments", `{"name":"dev","owner":"team-blue","size":"medium","ttl":"8h"}`)
	if made.status != http.StatusCreated || made.at("namespace") != "env-dev" || made.at("owner") != "group:default/team-blue" || made.at("expires") == "null" {
		t.Fatalf("making one is answered with %d %s", made.status, made.body)
	}
	object := func(at string) string {
		data, _ := json.Marshal(l.kube.Object(at))
		return string(data)
	}
	for at, want := range map[string]string{
		"/api/v1/namespaces/env-dev":                                                             `"labbox.dev/learner":"true"`,
		"/api/v1/namespaces/env-dev/resourcequotas/environment":                                  `"limits.memory":"1Gi"`,
		"/api/v1/namespaces/env-dev/limitranges/environment":                                     `"defaultRequest"`,
		"/apis/rbac.authorization.k8s.io/v1/namespaces/env-dev/rolebindings/environment-learner": `"name":"learner","namespace":"workbench"`,
		"/apis/rbac.authorization.k8s.io/v1/namespaces/env-dev/rolebindings/environment-owner":   `"name":"backstage:group:default/team-blue"`,
		"/apis/networking.k8s.io/v1/namespaces/env-dev/networkpolicies/environment":              `"policyTypes":["Ingress"]`,
	} {
		if got := object(at); !strings.Contains(got, want) {
			t.Errorf("%s is %s, without %s", at, got, want)
		}
	}
	if e := l.get(t, "/api/catalog/entities/by-name/resource/default/env-dev"); !strings.Contains(e.body, `{"targetRef":"group:default/team-blue","type":"ownedBy"}`) {
		t.Errorf("in the catalog it is %d %s", e.status, e.body)
	}
	over := l.post(t, "/api/environments", `{"name":"more","owner":"team-blue","size":"medium"}`)
	for _, want := range []string{"over the budget of group:default/team-blue", "cpu: 1 are in use, 1 more would be over the 1500m allowed", "memory: 1Gi are in use", "labbox.dev/budget"} {
		if over.status != http.StatusForbidden || !strings.Contains(over.at("error/message"), want) {
			t.Errorf("over the budget it is answered with %d %s", over.status, over.body)
		}
	}
	if r := l.send(t, http.MethodPatch, "/api/environments/dev", `{"size":"large"}`); r.status != http.StatusForbidden {
		t.Errorf("growing over the budget is answered with %d %s", r.status, r.body)
	}
	if r := l.send(t, http.MethodPatch, "/api/environments/dev", `{"size":"small"}`); r.status != 200 || r.at("size") != "small" || r.at("expires") != made.at("expires") ||
		!strings.Contains(object("/api/v1/namespaces/env-dev/resourcequotas/environment"), `"limits.memory":"512Mi"`) {
		t.Errorf("shrinking is answered with %d %s", r.status, r.body)
	}
	l.kube.Put("/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/x", `{"metadata":{"name":"x","labels":{"app.kubernetes.io/managed-by":"labbox-idp"}},"spec":{"destination":{"namespace":"env-dev"}}}`)
	l.kube.Put("/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/y", `{"metadata":{"name":"y","labels":{}},"spec":{"destination":{"namespace":"env-dev"}}}`)
	if r := l.send(t, http.MethodDelete, "/api/environments/dev", ""); r.status != http.StatusNoContent || l.kube.Object("/api/v1/namespaces/env-dev") != nil {
		t.Errorf("removing is answered with %d", r.status)
	}
	apps := "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/"
	if l.kube.Object(apps+"x") != nil || l.kube.Object(apps+"y") == nil {
		t.Error("removing an environment removes the platform's applications in it, and no others")
	}
	if r := l.get(t, "/api/catalog/entities/by-name/resource/default/env-dev"); r.status != http.StatusNotFound {
		t.Errorf("after that the catalog says %d", r.status)
	}
}

func TestEnvironmentsRefuse(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	for body, want := range map[string]string{
		`{"name":"Bad_Name","owner":"team-blue"}`:         "must be 1 to 40",
		`{"name":"x","owner":"team-nobody"}`:              "the catalog has no Group or User",
		`{"name":"x","owner":"component:default/hello"}`:  "the catalog has no Group or User",
		`{"name":"x","owner":"team-blue","size":"giant"}`: "there are: small, medium, large",
		`{"name":"x","owner":"team-blue","ttl":"soon"}`:   "is no time such as",
		`{"name":"../kube-system","owner":"team-blue"}`:   "must be 1 to 40",
		`{"name":"x"}`: "owner",
		`{"name":"x","owner":"team-green","size":"medium"}`: "over the budget",
	} {
		if r := l.post(t, "/api/environments", body); r.status < 400 || r.status >= 500 || !strings.Contains(r.at("error/message"), want) {
			t.Errorf("%s is answered with %d %s", body, r.status, r.body)
		}
	}
	l.kube.Put("/api/v1/namespaces/env-foreign", `{"metadata":{"name":"env-foreign","labels":{"labbox.dev/environment":"foreign"}}}`)
	if r := l.post(t, "/api/environments", `{"name":"foreign","owner":"team-blue"}`); r.status != http.StatusConflict {
		t.Errorf("a foreign namespace is answered with %d %s", r.status, r.body)
	}
	if r := l.send(t, http.MethodDelete, "/api/environments/foreign", ""); r.status != http.StatusNotFound || l.kube.Object("/api/v1/namespaces/env-foreign") == nil {
		t.Errorf("removing a foreign namespace is answered with %d", r.status)
	}
	l.kube.Refuse = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "limitranges") {
			http.Error(w, "no", http.StatusForbidden)
			return true
		}
		return false
	}
	if r := l.post(t, "/api/environments", `{"name":"half","owner":"team-blue"}`); r.status != 500 || l.kube.Object("/api/v1/namespaces/env-half") != nil {
		t.Errorf("half an environment is left: %d %s", r.status, r.body)
	}
}

// TestEnvironmentEnds: one whose time is over goes by itself.
func TestEnvironmentEnds(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	past := time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)
	l.kube.Put("/api/v1/namespaces/env-old", `{"metadata":{"name":"env-old","labels":{"labbox.dev/environment":"old","app.kubernetes.io/managed-by":"labbox-idp"},"annotations":{"labbox.dev/expires":"`+past+`"}}}`)
	await(t, "the end of the environment", func() bool { return l.kube.Object("/api/v1/namespaces/env-old") == nil })
}
