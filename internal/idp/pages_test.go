package idp

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/idp/idptest"
)

// TestPages: every page in both languages, without a word that was forgotten.
func TestPages(t *testing.T) {
	t.Parallel()
	l := mustShop(t)
	id, _ := l.mustTask(t, hello)
	keys := regexp.MustCompile(`>(env|level|energy|score|create|tasks|catalog|error)\.[a-z.]+<`)
	for _, path := range []string{"/", "/?kind=", "/?kind=Template&q=web", "/catalog/default/component/shop", "/catalog/default/component/hello", "/catalog/default/api/orders",
		"/catalog/default/group/team-blue", "/catalog/default/template/web-service", "/create", "/create/templates/default/web-service", "/create/templates/default/python-function",
		"/create/tasks/" + id, "/environments", "/scorecards", "/api/techdocs/static/docs/default/component/hello/operate.html", "/nothing"} {
		seen := map[string]string{}
		for _, lang := range []string{"de", "en"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.url+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Accept-Language", lang)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			var body strings.Builder
			_, _ = copyAll(&body, resp)
			if want := map[bool]int{true: 404, false: 200}[path == "/nothing"]; resp.StatusCode != want {
				t.Errorf("%s in %s is answered with %d", path, lang, resp.StatusCode)
			}
			text := body.String()
			seen[lang] = text
			if !strings.Contains(text, `<html lang="`+lang+`">`) || !strings.HasSuffix(strings.TrimSpace(text), "</html>") {
				t.Errorf("%s in %s is no whole page", path, lang)
			}
			if m := keys.FindString(text); m != "" || strings.Contains(text, "%!") {
				t.Errorf("%s in %s has no words for %s", path, lang, m)
			}
			for _, bad := range []string{"<script", " style=", " onclick="} {
				if strings.Contains(text, bad) {
					t.Errorf("%s has %q", path, bad)
				}
			}
		}
		if seen["de"] == seen["en"] {
			t.Errorf("%s is the same in both languages", path)
		}
	}
}

// TestForms: a form makes a task, and says what is wrong with it.
func TestForms(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	bad := l.post(t, "/create/templates/default/web-service", "name=NO&owner=group%3Adefault%2Fteam-blue&replicas=2")
	if bad.status != 400 || !strings.Contains(bad.body, `value="NO"`) || !strings.Contains(bad.body, `aria-invalid="true"`) {
		t.Errorf("a bad form is answered with %d %s", bad.status, bad.body)
	}
	good := l.post(t, "/create/templates/default/web-service", "name=formed&owner=group%3Adefault%2Fteam-blue&environment=dev&environmentSize=small&replicas=2&greeting=")
	if good.status != http.StatusSeeOther {
		t.Fatalf("a good form is answered with %d %s", good.status, good.body)
	}
	at := good.header.Get("Location")
	await(t, "the end of the task", func() bool { return l.get(t, at).header.Get("Refresh") == "" })
	if page := l.get(t, at); !strings.Contains(page.body, `href="http://127.0.0.1:3000/formed"`) || !strings.Contains(page.body, "/catalog/default/component/formed") {
		t.Errorf("the task's page is %s", page.body)
	}
	if !strings.Contains(l.git.Files("formed")["deploy/deployment.yaml"], "replicas: 2") {
		t.Error("a number of the form did not stay one")
	}
	if r := l.post(t, "/environments", "name=formed&owner=group%3Adefault%2Fteam-green&size=large"); r.status != 403 || !strings.Contains(r.body, "over the budget") {
		t.Errorf("an environment over the budget is answered with %d", r.status)
	}
}

// TestScorecardSeesFaults: each check fails for its own reason.
func TestScorecardSeesFaults(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	l.git.Commit("bad", map[string]string{"catalog-info.yaml": "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: bad, annotations: {argocd/app-name: bad, backstage.io/kubernetes-id: bad}}\nspec: {type: service, lifecycle: x, owner: team-gone}\n"})
	await(t, "the component", func() bool { return l.get(t, "/api/catalog/entities/by-name/component/default/bad").status == 200 })
	const card = "/api/scorecards/component/default/bad"
	if r := l.get(t, card); r.at("passed") != "0" || r.at("total") != "8" || r.at("level") != "none" || !strings.Contains(r.body, "group:default/team-gone ist nicht im Katalog") {
		t.Errorf("the card of a neglected component is %s", r.body)
	}
	l.kube.Put("/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/bad", `{"metadata":{"name":"bad"},"status":{"sync":{"status":"OutOfSync"},"health":{"status":"Degraded"}}}`)
	l.kube.Put("/apis/apps/v1/namespaces/x/deployments/bad", `{"metadata":{"name":"bad","namespace":"x","labels":{"backstage.io/kubernetes-id":"bad"}},"spec":{"template":{"spec":{"containers":[{"name":"c","resources":{"limits":{"memory":"1Gi"}},"readinessProbe":{}}]}}}}`)
	l.prom.Set("kepler_pod_cpu_watts", "0.25")
	await(t, "the faults", func() bool { return strings.Contains(l.get(t, card).body, "OutOfSync, Degraded") })
	body := l.get(t, card).body
	for _, want := range []string{"bad/c: runAsNonRoot", "bad/c: requests.cpu, requests.memory", "bad/c: livenessProbe", "0,250 W", "0.250 W"} {
		if !strings.Contains(body, want) {
			t.Errorf("the card lacks %q: %s", want, body)
		}
	}
	if r := l.get(t, "/api/energy/component/default/bad"); r.at("watts") != "0.25" || !strings.Contains(r.at("query"), `pod_namespace="x"`) {
		t.Errorf("the energy is %s", r.body)
	}
	if r := l.get(t, "/api/scorecards"); r.at("items/0/entityRef") != "component:default/bad" {
		t.Errorf("the cards are %s", r.body)
	}
}

// TestWebhookIsSigned: with a secret only signed pushes count.
func TestWebhookIsSigned(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	if got := l.try(t, "POST", "/api/events/http/git", func(*http.Request) {}); got != http.StatusBadRequest {
		t.Errorf("what is no push is answered with %d", got)
	}
	l.stop()
	l.opt.WebhookSecret = l.opt.Credentials + "/password"
	l.mustStart(t)
	for signature, want := range map[string]int{"": 401, "00": 401, "zz": 401, idptest.Sign(`{}`): 400} {
		if got := l.try(t, "POST", "/api/events/http/git", func(r *http.Request) { r.Header.Set("X-Gogs-Signature", signature) }); got != want {
			t.Errorf("signature %q is answered with %d, not %d", signature, got, want)
		}
	}
}
