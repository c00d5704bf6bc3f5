package web

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestLessonRoutes(t *testing.T) {
	t.Parallel()
	d := mustFunctions(t)
	web, admin, bench := d.server.Handler(), d.server.AdminHandler(), d.server.LessonHandler()
	csrf := map[string]string{"X-CSRF-Token": d.server.token}
	const drift = "/api/v1/lessons/gitops/drift"
	for _, c := range []struct {
		name    string
		handler http.Handler
		method  string
		path    string
		body    string
		status  int
		want    string
	}{
		{"list", web, "GET", "/api/v1/lessons", "", 200, `{"lessons":[{"id":"gitops/first","trend":"gitops","title":{"de":"Der erste Schritt","en":"The first step"},"minutes":20,"needs":[],"tasks":2,"done":0}`},
		{"list in the workbench", bench, "GET", "/api/v1/lessons", "", 200, `"tasks":2,"done":1`},
		{"one", admin, "GET", drift, "", 200, `"list":[{"id":"heal"`},
		{"one that is not", web, "GET", "/api/v1/lessons/gitops/nothing", "", 404, `"code":"not-found"`},
		{"start", web, "POST", drift + "/start", "", 200, `"started":"`},
		{"stop", bench, "POST", drift + "/stop", "", 200, `"id":"gitops/drift"`},
		{"check", bench, "POST", drift + "/tasks/heal/check", "", 200, `"passed":false`},
		{"answer", web, "POST", drift + "/tasks/why/check", `{"answer":"b"}`, 200, `"passed":true`},
		{"answer that is no JSON", web, "POST", drift + "/tasks/why/check", `b`, 400, `"code":"usage"`},
		{"check of no task", web, "POST", drift + "/tasks/none/check", "", 404, `"code":"not-found"`},
		{"hint", web, "POST", drift + "/tasks/heal/hint", "", 200, `{"de":"Tipp I","en":"Hint I"}`},
		{"next hint", web, "POST", drift + "/tasks/heal/hint", "", 200, `Hint II`},
		{"solution", web, "POST", drift + "/tasks/heal/solution", "", 200, `"commands":"kubectl`},
		{"picture", web, "GET", drift + "/pictures/loop.svg", "", 200, `<svg`},
		{"picture that is not", web, "GET", drift + "/pictures/..%2Flesson.yaml", "", 404, `"code":"not-found"`},
		{"no note yet", web, "GET", drift + "/note", "", 200, `{"text":""}`},
		{"note", web, "PUT", drift + "/note", `{"text":"selfHeal!"}`, 200, `selfHeal!`},
		{"note is kept", bench, "GET", drift + "/note", "", 200, `{"text":"selfHeal!"}`},
		{"replay in the workbench", bench, "POST", drift + "/tasks/heal/replay", "", 200, `patched`},
		{"replay is not for browsers", web, "POST", drift + "/tasks/heal/replay", "", 404, ""},
		{"proof", admin, "POST", drift + "/prove", "", 200, `"passed":true`},
		{"proof is not for learners", bench, "POST", drift + "/prove", "", 404, ""},
		{"nothing else is for learners", bench, "GET", "/api/v1/status", "", 404, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			header := csrf
			if c.handler != web {
				header = nil
			}
			w := ask(t, call{c.handler, c.method, c.path, strings.NewReader(c.body), header})
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
				t.Fatalf("%s %s: %d %.400s\nwant %d and %q", c.method, c.path, w.Code, w.Body, c.status, c.want)
			}
		})
	}
	if w := ask(t, call{web, "POST", drift + "/start", nil, nil}); w.Code != http.StatusForbidden {
		t.Errorf("a start without the page's token: %d", w.Code)
	}
}

func TestLessonPictureIsHarmless(t *testing.T) {
	t.Parallel()
	w := ask(t, call{mustFunctions(t).server.Handler(), "GET", "/api/v1/lessons/gitops/drift/pictures/loop.svg", nil, nil})
	if got := w.Header().Get("Content-Security-Policy"); !strings.Contains(got, "sandbox") || strings.Contains(got, "script-src") {
		t.Errorf("policy %q", got)
	}
	if got := w.Header().Get("Content-Type"); got != "image/svg+xml" {
		t.Errorf("type %q", got)
	}
}

func TestLessonsAreNotThereYet(t *testing.T) {
	t.Parallel()
	s := mustServer(t, nil)
	for _, c := range []struct{ method, path string }{
		{"GET", ""}, {"GET", "/a/b"}, {"POST", "/a/b/start"}, {"POST", "/a/b/tasks/c/check"}, {"POST", "/a/b/tasks/c/hint"},
		{"POST", "/a/b/tasks/c/solution"}, {"GET", "/a/b/pictures/c.svg"}, {"GET", "/a/b/note"}, {"PUT", "/a/b/note"},
		{"POST", "/a/b/tasks/c/replay"}, {"POST", "/a/b/prove"},
	} {
		var body io.Reader
		w := ask(t, call{s.AdminHandler(), c.method, "/api/v1/lessons" + c.path, body, nil})
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "not available yet") {
			t.Errorf("%s %s: %d %s", c.method, c.path, w.Code, w.Body)
		}
	}
}
