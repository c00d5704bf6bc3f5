package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// form posts values as a page of the dashboard does.
func (d *demo) form(t *testing.T, path string, values url.Values) (status int, location, body string) {
	t.Helper()
	values.Set("csrf", d.server.token)
	w := ask(t, call{d.server.Handler(), "POST", path, strings.NewReader(values.Encode()), map[string]string{"Content-Type": "application/x-www-form-urlencoded"}})
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

func (d *demo) page(t *testing.T, path string) string {
	t.Helper()
	return ask(t, call{d.server.Handler(), "GET", path, nil, map[string]string{"Accept-Language": "en"}}).Body.String()
}

func mustLearn(t *testing.T) *demo {
	t.Helper()
	d := newDemo(t)
	d.ready(t)
	d.server.hosts["127.0.0.1:8800"] = true
	return d
}

// TestLessonWithoutScripts goes through a lesson by forms alone, as a browser without
// JavaScript does.
func TestLessonWithoutScripts(t *testing.T) {
	t.Parallel()
	d := mustLearn(t)
	const drift = "/lessons/gitops/drift"
	has := func(where string, all ...string) {
		t.Helper()
		body := d.page(t, drift)
		for _, want := range all {
			if !strings.Contains(body, want) {
				t.Fatalf("%s: the page lacks %q", where, want)
			}
		}
	}
	post := func(path string, values url.Values, back string) {
		t.Helper()
		if status, location, body := d.form(t, drift+path, values); status != http.StatusSeeOther || location != drift+back {
			t.Fatalf("%s: %d to %q, want %q; %.300s", path, status, location, drift+back, body)
		}
	}
	has("before", "1 of 2 tasks", "3 pods, selfHeal is false", "2 pods and selfHeal true", "You have scaled by hand.", `aria-label="Loop"`, "Hint 1 of 3")
	for i := range 3 {
		post("/tasks/heal/hint", url.Values{}, "#task-heal")
		has("hint", "Hint "+strings.Repeat("I", i+1))
	}
	has("after three hints", "See the solution")
	post("/tasks/heal/solution", url.Values{}, "#task-heal")
	has("solution", "kubectl -n argocd patch application learn-drift")
	post("/tasks/heal/check", url.Values{"answer": {"done"}}, "#task-heal")
	has("done", "2 of 2 tasks · lesson done", "What is in git holds.", "revision")
	post("/note", url.Values{"text": {"a\r\n<b>no</b>"}}, "#notes")
	has("note", "a\n&lt;b&gt;no&lt;/b&gt;</textarea>")
	post("/start", url.Values{}, "#tasks")
	if d.lessons.starts != 1 {
		t.Errorf("%d starts", d.lessons.starts)
	}
	post("/stop", url.Values{}, "#tasks")
	if d.lessons.stops != 1 {
		t.Errorf("%d stops", d.lessons.stops)
	}
	if body := d.page(t, "/lessons/gitops/first"); strings.Contains(body, "What is in git holds.") || !strings.Contains(body, `id="lesson-start"`) {
		t.Error("a lesson that was not begun shows its debrief, or has no start")
	}
}

func TestFormsOfLessonsRefuse(t *testing.T) {
	t.Parallel()
	d := mustLearn(t)
	for path, want := range map[string]int{
		"/lessons/gitops/nothing/start": 404, "/lessons/gitops/nothing/stop": 404, "/lessons/gitops/drift/tasks/nothing/check": 404, "/lessons/gitops/drift/tasks/nothing/hint": 404,
		"/lessons/gitops/drift/tasks/nothing/solution": 404,
	} {
		if status, _, body := d.form(t, path, url.Values{}); status != want || !strings.Contains(body, "</html>") {
			t.Errorf("%s: %d, want %d and a page", path, status, want)
		}
	}
	if status, _, _ := d.form(t, "/lessons/gitops/drift/note", url.Values{"text": {strings.Repeat("x", maxNote+1)}}); status != 400 {
		t.Errorf("a note without end: %d", status)
	}
	if w := ask(t, call{d.server.Handler(), "POST", "/lessons/gitops/drift/start", nil, nil}); w.Code != 403 {
		t.Errorf("a start without the token: %d", w.Code)
	}
	bare := mustServer(t, nil).Handler()
	for _, path := range []string{"/lessons", "/trends", "/review", "/energy", "/help?q=drift", "/settings"} {
		if w := ask(t, call{bare, "GET", path, nil, nil}); w.Code != 200 {
			t.Errorf("%s of a lab that is not there yet: %d", path, w.Code)
		}
	}
}

func TestPictureByItself(t *testing.T) {
	t.Parallel()
	d := mustLearn(t)
	w := ask(t, call{d.server.Handler(), "GET", "/lessons/gitops/drift/pictures/loop.svg", nil, nil})
	if w.Code != 200 || w.Header().Get("Content-Type") != "image/svg+xml" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if body := w.Body.String(); !strings.Contains(body, "pic-accent{") || strings.Contains(body, picturePrefix) {
		t.Error(body)
	}
}

func TestReviewIsKept(t *testing.T) {
	t.Parallel()
	d := mustLearn(t)
	if status, location, _ := d.form(t, "/review/career", url.Values{"text": {"Kubernetes\r\nand Go"}}); status != 303 || location != "/review#question-career" {
		t.Errorf("%d %s", status, location)
	}
	if status, _, _ := d.form(t, "/review/focus", url.Values{"focus": {"mlops"}, "text": {"a model of my own"}}); status != 303 {
		t.Errorf("focus: %d", status)
	}
	body := d.page(t, "/review")
	for _, want := range []string{"Kubernetes\nand Go</textarea>", `value="mlops" checked`, "a model of my own</textarea>", "GitOps. &lt;b&gt;no&lt;/b&gt;", "under way", "labbox report"} {
		if !strings.Contains(body, want) {
			t.Errorf("the review lacks %q", want)
		}
	}
	for path, values := range map[string]url.Values{"/review/else": {"text": {"x"}}, "/review/focus": {"focus": {"quantum"}}, "/review/career": {"text": {strings.Repeat("x", maxReflection+1)}}} {
		if status, _, _ := d.form(t, path, values); status != 400 && status != 404 {
			t.Errorf("%s took %.20v: %d", path, values, status)
		}
	}
	d.memory.err = errors.New("the disk is full")
	if status, _, body := d.form(t, "/review/career", url.Values{"text": {"x"}}); status != 500 || !strings.Contains(body, "the disk is full") {
		t.Errorf("a text that was not kept: %d", status)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	d := mustLearn(t)
	all := url.Values{"lang": {"de"}, "theme": {"dark"}, "terminal_font": {"18"}, "screen_reader": {"1"}}
	if status, location, _ := d.form(t, "/settings", all); status != 303 || location != "/settings?saved=1" {
		t.Fatalf("%d %s", status, location)
	}
	// Another browser, which speaks English: what is stored comes first.
	if body := d.page(t, "/settings?saved=1"); !strings.Contains(body, `<html lang="de" data-theme="dark">`) ||
		!strings.Contains(body, `data-terminal-font="18" data-screen-reader="1"`) || !strings.Contains(body, "Gespeichert") {
		t.Errorf("%.900s", body)
	}
	// A cookie of this browser comes before that.
	w := ask(t, call{d.server.Handler(), "GET", "/", nil, map[string]string{"Cookie": "labbox_lang=en; labbox_theme=light"}})
	if !strings.Contains(w.Body.String(), `<html lang="en" data-theme="light">`) {
		t.Errorf("%.200s", w.Body)
	}
	for name, value := range map[string]string{"lang": "fr", "theme": "pink", "terminal_font": "99"} {
		bad := url.Values{"lang": {"de"}, "theme": {"dark"}, "terminal_font": {"14"}}
		bad.Set(name, value)
		if status, _, _ := d.form(t, "/settings", bad); status != 400 {
			t.Errorf("%s %q: %d", name, value, status)
		}
	}
	d.memory.err = errors.New("the disk is full")
	if body := d.page(t, "/"); !strings.Contains(body, "The lab is ready") {
		t.Error("a page needs the preferences to be readable")
	}
}
