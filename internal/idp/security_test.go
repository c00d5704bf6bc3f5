package idp

import (
	"net/http"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/idp/idptest"
)

// try sends a request as it is, without the login of the tests.
func (l *lab) try(t *testing.T, method, path string, change func(*http.Request)) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, l.url+path, strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	change(req)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// TestChangesAskForLogin: every path that changes something, and every wrong way to
// ask for it.
func TestChangesAskForLogin(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	for _, c := range []string{
		"DELETE /api/catalog/entities/by-uid/x", "POST /api/catalog/refresh", "POST /api/catalog/locations", "DELETE /api/catalog/locations/x",
		"POST /api/catalog/analyze-location", "POST /api/scaffolder/v2/tasks", "POST /api/scaffolder/v2/tasks/x/cancel", "POST /api/scaffolder/v2/tasks/x/retry",
		"POST /api/scaffolder/v2/dry-run", "POST /api/environments", "PATCH /api/environments/x", "DELETE /api/environments/x",
		"POST /create/templates/default/web-service", "POST /create/tasks/x/cancel", "POST /create/tasks/x/retry", "POST /environments", "POST /environments/x/delete",
	} {
		method, path, _ := strings.Cut(c, " ")
		for name, change := range map[string]func(*http.Request){
			"nobody":         func(*http.Request) {},
			"wrong password": func(r *http.Request) { r.SetBasicAuth(idptest.User, "x") },
			"wrong user":     func(r *http.Request) { r.SetBasicAuth("x", idptest.Password) },
			"wrong token":    func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") },
			"empty":          func(r *http.Request) { r.SetBasicAuth("", "") },
		} {
			if got := l.try(t, method, path, change); got != http.StatusUnauthorized {
				t.Errorf("%s by %s is answered with %d", c, name, got)
			}
		}
	}
	if got := l.try(t, "POST", "/api/catalog/refresh", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+idptest.Password) }); got != http.StatusBadRequest {
		t.Errorf("a right token is answered with %d", got)
	}
}

func TestForeignOriginsAndNames(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	login := func(r *http.Request) { r.SetBasicAuth(idptest.User, idptest.Password) }
	for name, change := range map[string]func(*http.Request){
		"site":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"origin": func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") },
	} {
		if got := l.try(t, "POST", "/api/environments", func(r *http.Request) { login(r); change(r) }); got != http.StatusForbidden {
			t.Errorf("a foreign %s is answered with %d", name, got)
		}
	}
	for host, want := range map[string]int{"evil.example": 421, "127.0.0.1.evil.example:7007": 421, "127.0.0.1:7007": 200, "localhost:7007": 200, "[::1]:7007": 200,
		"backstage.backstage.svc.cluster.local:7007": 200, "backstage.backstage:7007": 200} {
		if got := l.try(t, "GET", "/api/catalog/locations", func(r *http.Request) { r.Host = host }); got != want {
			t.Errorf("as %s it answers with %d, not %d", host, got, want)
		}
	}
}

const hostile = "# Hi\n\n<script>alert(1)</script><img src=x onerror=alert(2)>\n\n[a](javascript:alert(3)) [b](JaVaScRiPt:alert(4)) [c](data:text/html,x) ![d](https://evil.example/x.png) <javascript:alert(5)> [ok](other.md#x) ![p](p.svg)\n"

// TestDocsAreHarmless: what Markdown could smuggle in is gone, what it is for stays.
func TestDocsAreHarmless(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	l.git.Commit("evil", map[string]string{
		"catalog-info.yaml": "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: evil, description: <script>alert(6)</script>, annotations: {backstage.io/techdocs-ref: 'dir:.'}}\nspec: {type: x, lifecycle: y, owner: team-blue}\n",
		"docs/index.md":     hostile, "docs/p.svg": "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(7)</script></svg>", "docs/x.html": "<script>alert(8)</script>", "docs/x.js": "alert(9)",
		"secret.md": "no",
	})
	await(t, "the component", func() bool { return l.get(t, "/api/catalog/entities/by-name/component/default/evil").status == 200 })
	const docs = "/api/techdocs/static/docs/default/component/evil/"
	page := l.get(t, docs+"index.html")
	for _, bad := range []string{"<script", "onerror", `"javascript:`, "JaVaScRiPt:", "data:text", "evil.example"} {
		if strings.Contains(page.body, bad) {
			t.Errorf("the page holds %q:\n%s", bad, page.body)
		}
	}
	for _, good := range []string{`href="other.html#x"`, `src="p.svg"`, "<h1"} {
		if !strings.Contains(page.body, good) {
			t.Errorf("the page lacks %q:\n%s", good, page.body)
		}
	}
	if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "script-src") || strings.Contains(csp, "unsafe") {
		t.Errorf("the policy is %q", csp)
	}
	if svg := l.get(t, docs+"p.svg"); !strings.Contains(svg.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("a picture is served with %v", svg.header)
	}
	for _, path := range []string{"x.html", "x.js", "../secret.html", "..%2fsecret.html", "none.html"} {
		if r := l.get(t, docs+path); r.status == 200 {
			t.Errorf("%s is answered with %s", path, r.body)
		}
	}
	if list := l.get(t, "/"); strings.Contains(list.body, "<script>alert(6)") {
		t.Error("the list of the catalog is not escaped")
	}
}
