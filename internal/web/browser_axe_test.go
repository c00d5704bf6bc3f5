package web

import (
	"encoding/json"
	"maps"
	"os"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axeCode is where cmd/mkui puts axe-core, which is for tests alone.
const axeCode = "../../build/axe.js"

// axeRun asks axe for all that it knows but what needs other frames.
const axeRun = `axe.run(document, {resultTypes: ['violations'], preload: false, iframes: false}).then(({violations}) =>
	JSON.stringify(violations.map((v) => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.map((n) => n.target.join(' ') + ': ' + n.html.slice(0, 160) + ' ' + n.any.map((a) => a.message).join('; '))}))))`

// barrier is what axe found on a page.
type barrier struct {
	ID, Impact, Help string
	Nodes            []string
}

func mustAxe(t *testing.T) string {
	t.Helper()
	code, err := os.ReadFile(axeCode)
	switch {
	case err == nil:
	case os.Getenv("LABBOX_BIN") != "": // "make box" has made it
		t.Fatal(err)
	default:
		t.Skip("axe-core is missing: go run ./cmd/mkui")
	}
	return string(code)
}

// barriers fails the test with each serious finding of axe and logs the others.
func (b *browser) barriers(t *testing.T, axe, where string) {
	t.Helper()
	for _, v := range b.mustAsk(t, axe) {
		say := t.Logf
		if v.Impact == "serious" || v.Impact == "critical" {
			say = t.Errorf
		}
		for _, node := range v.Nodes {
			say("%s: %s (%s): %s\n    %s", where, v.ID, v.Impact, v.Help, node)
		}
	}
}

// mustAsk lets axe look at the page. The debugger runs it, so that the page's policy need
// not allow it.
func (b *browser) mustAsk(t *testing.T, axe string) []barrier {
	t.Helper()
	b.run(t, command(runtime.Evaluate, runtime.EvaluateParams{Expression: axe}))
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](axeRun, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("axe: %v", err)
	}
	var list []barrier
	if err := json.Unmarshal([]byte(found), &list); err != nil {
		t.Fatalf("axe says %q: %v", found, err)
	}
	return list
}

// TestBrowserBarriersSeen: what is broken on a page of the dashboard does not escape axe.
func TestBrowserBarriersSeen(t *testing.T) {
	axe := mustAxe(t)
	d := newDemo(t)
	d.ready(t)
	b := mustBrowse(t, d.base)
	b.run(t, window(1280, 800, "light"), chromedp.Navigate(d.base+"/?lang=en"), visible("main h1"))
	mustEvaluate[bool](t, b, `(document.querySelector('main').insertAdjacentHTML('beforeend', '<p>pale</p><button></button>'),
		document.querySelector('main').lastElementChild.previousElementSibling.style.color = '#ddd', true)`) // outside of what a refresh makes anew
	seen := map[string]string{}
	for _, v := range b.mustAsk(t, axe) {
		seen[v.ID] = v.Impact
	}
	if want := map[string]string{"button-name": "critical", "color-contrast": "serious"}; !maps.Equal(seen, want) {
		t.Errorf("axe sees %v, want %v", seen, want)
	}
}
