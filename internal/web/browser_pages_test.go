package web

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// everyPage is each kind of page of the demo, by a name.
func everyPage() map[string]string {
	return map[string]string{
		"home": "/", "components": "/components", "component": "/components/argocd-server",
		"capstone": "/capstone", "plots": "/plots", "modules": "/modules", "module": "/modules/hello",
		"functions": "/functions", "function": "/functions/openfaas-fn/classify", "store": "/functions/store",
		"function-stuck": "/functions/openfaas-fn/resize", "trends": "/trends", "lessons": "/lessons", "lesson": "/lessons/gitops/drift",
		"energy": "/energy", "review": "/review", "help": "/help", "found": "/help?q=drift", "topic": "/help/lessons", "settings": "/settings",
		"terminal": "/terminal", "signin": "/signin", "error": "/components/nothing",
	}
}

// viewing is how somebody sees the dashboard.
type viewing struct {
	width, height int64
	theme, lang   string
}

func (v viewing) String() string { return fmt.Sprintf("%d-%s-%s", v.width, v.theme, v.lang) }

func everyViewing() []viewing {
	var all []viewing
	for _, size := range [][2]int64{{1280, 800}, {390, 844}} {
		for _, theme := range []string{"light", "dark"} {
			for _, lang := range []string{"en", "de"} {
				all = append(all, viewing{size[0], size[1], theme, lang})
			}
		}
	}
	return all
}

// TestBrowserPages loads every page in both widths, themes and languages, as somebody who
// has signed in, for whom each page has most. A page fits the window, reports no error, and
// axe finds nothing on it that keeps people out. A picture of each is kept.
func TestBrowserPages(t *testing.T) {
	axe := mustAxe(t)
	for _, v := range everyViewing() {
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel() // a page is waited for, most of the time
			d := newDemo(t)
			d.ready(t)
			b := mustBrowse(t, d.base)
			b.signIn(t, d)
			b.missing = everyPage()["error"]
			b.run(t, window(v.width, v.height, v.theme), chromedp.Navigate(d.base+"/?lang="+v.lang))
			for name, path := range everyPage() {
				where := name + "-" + v.String()
				b.run(t, chromedp.Navigate(d.base+path), visible("main h1"), settled(name))
				if lang := mustEvaluate[string](t, b, `document.documentElement.lang`); lang != v.lang {
					t.Errorf("%s: the page is in %q", where, lang)
				}
				b.fits(t, where, v.width)
				b.shoot(t, where)
				b.barriers(t, axe, where)
				b.clean(t, where)
			}
		})
	}
}

// fits fails the test with a page that is wider than its window.
func (b *browser) fits(t *testing.T, where string, width int64) {
	t.Helper()
	if mustEvaluate[bool](t, b, `document.documentElement.scrollWidth > innerWidth`) {
		t.Errorf("%s: the page is wider than the window of %d", where, width)
	}
}

// settled waits until what a page fetches by itself is there.
func settled(name string) chromedp.Action[chromedp.Void] {
	switch name {
	case "plots":
		if _, err := os.Stat("../../ui/dist/manifest.json"); err != nil {
			return chromedp.Steps() // not bundled: tables only
		}
		return until(`document.querySelectorAll('.plot-canvas.is-drawn canvas').length === 8`)
	case "energy", "module":
		return until(`document.querySelectorAll('.plot-canvas.is-drawn canvas').length === 1`)
	case "function":
		return functionSettled()
	case "component":
		return until(`document.querySelector('.log-state.is-on') && document.querySelector('.log').textContent.includes('reconciled')`)
	}
	return chromedp.Steps()
}
