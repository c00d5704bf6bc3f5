package web

import (
	"context"
	"fmt"
	"os"
	"testing"
	"unicode"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// press is KeyEvent without the event that types the character: a page that has taken a
// key for itself never sees that one, but the protocol sends it anyway. Spaces and capital
// letters xterm.js does not take.
func press(keys string, modifiers ...chromedp.Modifier) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		for _, r := range keys {
			for _, k := range kb.Encode(r) {
				chromedp.KeyModifiers(modifiers...)(k)
				if k.Type == kb.KeyChar && r != ' ' && !unicode.IsUpper(r) {
					continue
				}
				if _, err := cdp.Call(ctx, target, input.DispatchKeyEvent, *k); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// onScreen waits until a JavaScript string is among the lines of the terminal.
func onScreen(text string) chromedp.Action[chromedp.Void] {
	return until(fmt.Sprintf(`[...document.querySelectorAll('.xterm-rows > div')].some((row) => row.textContent.includes(%q))`, text))
}

func terminalOpen() chromedp.Action[chromedp.Void] {
	return visible(`[data-terminal][data-state="open"] .xterm-rows`)
}

func mustBundled(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("../../ui/dist/manifest.json"); err != nil {
		t.Skip("xterm.js is not bundled: go run ./cmd/mkui")
	}
}

// signIn clicks on the link of "labbox open".
func (b *browser) signIn(t *testing.T, d *demo) {
	t.Helper()
	link := d.base + pathSignIn + "/" + d.server.tickets.issue() + "?next=/components"
	b.run(t, chromedp.Navigate(link), click("main form button"), visible(`body[data-page="components"] main h1`))
}

// TestBrowserTerminal works in the terminal as a learner does: types, reloads the page,
// leaves by the keyboard, ends the shell and opens a new one.
func TestBrowserTerminal(t *testing.T) {
	mustBundled(t)
	d := newDemo(t)
	d.ready(t)
	b := mustBrowse(t, d.base)
	b.signIn(t, d)
	b.run(t, window(1280, 800, "light"), chromedp.Navigate(d.base+"/terminal?lang=en"), terminalOpen(), onScreen("lab ~ main $"),
		click(".terminal-screen"), press("echo hi\r"), onScreen("lab ~ main $ echo hi"),
		until(`[...document.querySelectorAll('.xterm-rows > div')].some((row) => row.textContent.trim() === 'hi')`))

	b.run(t, chromedp.Navigate(d.base+"/components"), visible("main h1"), chromedp.Navigate(d.base+"/terminal"), terminalOpen(), onScreen("echo hi"))
	if d.open() != 1 {
		t.Errorf("%d shells after the page was left and opened again, want the same one", d.open())
	}

	b.run(t, click(".terminal-screen"), press("\t"))
	if !mustEvaluate[bool](t, b, `document.activeElement.classList.contains('xterm-helper-textarea')`) {
		t.Error("Tab left the terminal before it was told to")
	}
	b.run(t, press("m", chromedp.ModifierCtrl), press("\t"),
		until(`!document.activeElement.classList.contains('xterm-helper-textarea')`))
	if said := mustEvaluate[string](t, b, `document.querySelector('.terminal-state').textContent`); said != "Tab now leaves the terminal." {
		t.Errorf("the switch of Tab said %q", said)
	}

	b.run(t, click(`[data-do="reader"]`), until(`document.querySelector('[data-do="reader"]').getAttribute('aria-pressed') === 'true'`),
		visible(".xterm-accessibility"), click(`[data-do="restart"]`), until(`!document.querySelector('.xterm-rows').textContent.includes('echo hi')`),
		onScreen("lab ~ main $"), click(".terminal-screen"), press("exit\r"), visible(`[data-terminal][data-state="ended"]`), onScreen("Press Enter for a new one"),
		press("\r"), terminalOpen(), onScreen("lab ~ main $"))
	b.clean(t, "terminal")

	d.server.sessions.mu.Lock()
	clear(d.server.sessions.by)
	d.server.sessions.mu.Unlock()
	b.run(t, visible(`[data-terminal][data-state="ended"]`), onScreen("You have signed out"), click(".terminal-screen"), press("\r"),
		visible(`a[href^="/signin?next="]`))
}

// TestBrowserTerminalLooks keeps pictures of the terminal in both themes and widths.
func TestBrowserTerminalLooks(t *testing.T) {
	mustBundled(t)
	d := newDemo(t)
	d.ready(t)
	b := mustBrowse(t, d.base)
	b.signIn(t, d)
	backgrounds := map[string]string{"light": "rgb(255, 255, 255)", "dark": "rgb(14, 19, 21)"}
	for _, look := range []struct {
		width, height int64
		theme, lang   string
	}{{1280, 800, "light", "en"}, {1280, 800, "dark", "de"}, {390, 844, "light", "de"}, {390, 844, "dark", "en"}} {
		where := fmt.Sprintf("terminal-%d-%s-%s", look.width, look.theme, look.lang)
		b.run(t, window(look.width, look.height, look.theme), chromedp.Navigate(d.base+"/terminal?lang="+look.lang), terminalOpen(),
			onScreen("$"), click(".terminal-screen"), press("colours\r"), onScreen("colour 7"))
		if mustEvaluate[bool](t, b, `document.documentElement.scrollWidth > innerWidth`) {
			t.Errorf("%s: the page is wider than the window", where)
		}
		if got := mustEvaluate[string](t, b, `getComputedStyle(document.querySelector('.xterm-scrollable-element')).backgroundColor`); got != backgrounds[look.theme] {
			t.Errorf("%s: the terminal is %s", where, got)
		}
		b.shoot(t, where)
		b.clean(t, where)
	}
}
