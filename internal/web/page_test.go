package web

import (
	"encoding/json"
	"io/fs"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/ui"
)

func TestCataloguesMatch(t *testing.T) {
	t.Parallel()
	en, de := mustCatalogue(t, "en").texts, mustCatalogue(t, "de").texts
	holes := regexp.MustCompile(`\{\d\}`)
	for key, text := range en {
		other, ok := de[key]
		if !ok {
			t.Errorf("de lacks %s", key)
			continue
		}
		if a, b := holes.FindAllString(text, -1), holes.FindAllString(other, -1); len(a) != len(b) {
			t.Errorf("%s: %v in English, %v in German", key, a, b)
		}
		if strings.TrimSpace(text) == "" || strings.TrimSpace(other) == "" {
			t.Errorf("%s is empty", key)
		}
	}
	for key := range de {
		if _, ok := en[key]; !ok {
			t.Errorf("en lacks %s", key)
		}
	}
}

// TestTextsAreUsed finds texts that no template names any more.
func TestTextsAreUsed(t *testing.T) {
	t.Parallel()
	var sources strings.Builder
	err := fs.WalkDir(ui.FS(), "templates", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(ui.FS(), name)
		sources.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	made := regexp.MustCompile(`^(` + strings.Join([]string{ // keys that templates put together
		`nav`, `step`, `delivery`, `capstone`, `flow`, `signin\.problem`, `evidence`, `next`, `trend`, `state`, `plot`, `unit`, `signal`,
		`error`, `theme`, `course`, `system`, `tool`, `lesson\.state`, `review\.(question|state|result)`, `settings\.(lang|theme)`, `help\.kind`, `energy\.method`, `plots\.span`, `terminal\.say`, `home\.(headline|lead|time)`,
	}, "|") + `)\.|^(yes|no)$|^functions\.(environment|secrets|labels|annotations|requests|limits|constraints)$`)
	for key := range mustCatalogue(t, "en").texts {
		if !made.MatchString(key) && !strings.Contains(sources.String(), `"`+key+`"`) {
			t.Errorf("nobody uses the text %s", key)
		}
	}
}

// TestPagesSpeak renders every page in every mood and language: no text may be
// missing, and the page must be whole.
func TestPagesSpeak(t *testing.T) {
	t.Parallel()
	moods := map[string]func(*testing.T, *demo){
		"starting": func(t *testing.T, d *demo) { d.starting(t) },
		"ready":    func(t *testing.T, d *demo) { d.ready(t) },
		"failed": func(t *testing.T, d *demo) {
			d.starting(t)
			d.emit(t, 0, lab.Event{Kind: lab.EventStep, Subject: "boot", State: lab.StateFailed, Error: &lab.Error{Message: "<script>alert(1)</script>", Hint: `"><img src=x>`}})
		},
		"stopping": func(t *testing.T, d *demo) { d.setStatus(func(s *lab.Status) { s.Phase = lab.StateStopped }) },
		"degraded": func(t *testing.T, d *demo) {
			d.ready(t)
			d.setStatus(func(s *lab.Status) { s.Ready = false })
			d.last.Passed, d.last.Steps[2].Passed, d.last.Steps[2].Error = false, false, "<b>no</b>"
		},
		"capstone": func(t *testing.T, d *demo) {
			d.ready(t)
			d.emit(t, 0, lab.Event{Kind: lab.EventCapstone, Subject: "gitops", State: lab.StateRunning, Progress: &lab.Progress{Message: "x", Done: 1, Total: 3},
				Detail: json.RawMessage(`{"evidence":{"doing":"hidden","commit":"<i>"}}`)})
		},
	}
	for mood, prepare := range moods {
		t.Run(mood, func(t *testing.T) {
			t.Parallel()
			d := newDemo(t)
			prepare(t, d)
			d.server.hosts["127.0.0.1:8800"] = true
			web := d.server.Handler()
			for _, path := range []string{"/", "/components", "/components/kubelet", "/components/nothing", "/capstone", "/plots", "/modules", "/modules/hello", "/modules/gitops", "/modules/nothing",
				"/trends", "/lessons", "/lessons/gitops/drift", "/lessons/gitops/first", "/lessons/gitops/nothing", "/energy", "/review", "/settings", "/help", "/help/lessons", "/help?q=drift", "/help/nothing",
				"/functions", "/functions/store", "/functions/openfaas-fn/classify", "/functions/openfaas-fn/nightly", "/functions/openfaas-fn/resize", "/functions/openfaas-fn/nothing"} {
				for lang, word := range map[string]string{"en": "Skip to the content", "de": "Zum Inhalt springen"} {
					body := ask(t, call{web, "GET", path, nil, map[string]string{"Accept-Language": lang}}).Body.String()
					checkPage(t, mood+" "+path+" "+lang, body, word)
				}
			}
		})
	}
}

func checkPage(t *testing.T, where, body, word string) {
	t.Helper()
	for _, bad := range []string{"⟦", "<no value>", "%!", "ZgotmplZ", "<script>alert", "<img src=x", "<b>no</b>", "<i>", " style=", "javascript:"} {
		if strings.Contains(body, bad) {
			t.Errorf("%s: contains %q", where, bad)
		}
	}
	for _, want := range []string{word, "</html>", `<main id="main"`, "<h1"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s: lacks %q", where, want)
		}
	}
	if regexp.MustCompile(`<script(?: [^>]*)?>[^<]`).MatchString(body) || regexp.MustCompile(` on\w+=`).MatchString(body) {
		t.Errorf("%s: has inline script", where)
	}
}

func TestLanguageAndTheme(t *testing.T) {
	t.Parallel()
	server := mustServer(t, nil)
	for _, c := range []struct{ accept, cookie, lang, theme string }{
		{"", "", "en", "auto"}, {"de", "", "de", "auto"}, {"de-AT,de;q=0.9,en;q=0.8", "", "de", "auto"},
		{"fr, en;q=0.5, de;q=0.7", "", "de", "auto"}, {"fr", "", "en", "auto"}, {"en-GB", "labbox_lang=de", "de", "auto"},
		{"de", "labbox_lang=en; labbox_theme=dark", "en", "dark"}, {"de;q=x", "labbox_lang=zz; labbox_theme=pink", "en", "auto"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Language", c.accept)
		r.Header.Set("Cookie", c.cookie)
		if got := server.look(r); got.Lang != c.lang || got.Theme != c.theme {
			t.Errorf("%q, %q: %s %s, want %s %s", c.accept, c.cookie, got.Lang, got.Theme, c.lang, c.theme)
		}
	}
	if nextTheme("auto") != "light" || nextTheme("light") != "dark" || nextTheme("dark") != "auto" {
		t.Error("the theme switch does not go round")
	}
}

func TestComponentGroups(t *testing.T) {
	t.Parallel()
	data := groupComponents(append(demoComponents(), lab.Component{Name: "x", Trend: "quantum", MemoryBytes: 1}))
	var order []string
	for _, g := range data.Groups {
		order = append(order, g.Trend)
	}
	if got := strings.Join(order, " "); got != " gitops mlops serverless sustainability quantum" {
		t.Errorf("groups %q", got)
	}
	if data.Ready != 16 || data.Total != 17 || data.Largest != 212<<20 {
		t.Errorf("%d of %d ready, largest %d", data.Ready, data.Total, data.Largest)
	}
}

func TestPlotsWithoutBundle(t *testing.T) {
	t.Parallel()
	s := mustServer(t, func(o *Options) { o.Assets = noDist(t) })
	body := ask(t, call{s.Handler(), "GET", "/plots", nil, nil}).Body.String()
	if !strings.Contains(body, `data-module=""`) || strings.Contains(body, "plot.css") {
		t.Error("the page names a bundle that is not there")
	}
}

// noDist is the assets of a clean clone, before cmd/mkui has run.
func noDist(t *testing.T) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(ui.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "dist/") {
			return err
		}
		data, err := fs.ReadFile(ui.FS(), name)
		out[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
