package web

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// functionSettled waits for the log and, where they are bundled, the plots.
func functionSettled() chromedp.Action[chromedp.Void] {
	log := until(`document.querySelector('.log-state.is-on') && document.querySelector('.log').textContent.includes('200 OK')`)
	if _, err := os.Stat("../../ui/dist/manifest.json"); err != nil {
		return log // not bundled: tables only
	}
	return chromedp.Steps(log, until(`document.querySelectorAll('.plot-canvas.is-drawn canvas').length === 4`))
}

// fill sets a field of a form as a person would.
func fill(selector, text string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		until(`(document.querySelector('`+selector+`').value = '', true)`),
		chromedp.SendKeys(chromedp.CSS(selector), text),
	)
}

// TestBrowserFunction deploys from the store, watches the function get ready, calls
// it, scales it and deletes it, all with the keyboard or the mouse.
func TestBrowserFunction(t *testing.T) {
	d := newDemo(t)
	d.ready(t)
	b := mustBrowse(t, d.base)
	b.run(t, window(1280, 800, "light"), chromedp.Navigate(d.base+"/functions?lang=en"), visible("#function-openfaas-fn-classify"),
		click(`a[href="/functions/store"]`), click("#offer-figlet button"), visible(".starting progress"), functionSettled())
	b.shoot(t, "function-starting")
	d.functions.set(func(f *demoFunctions) {
		for i := range f.list {
			f.list[i].Ready = f.list[i].Replicas
		}
	})
	b.run(t, until(`!document.querySelector('.starting') && document.querySelector('h1 .state.is-ready') !== null`))
	b.clean(t, "deploy")

	b.run(t, until(`document.querySelector('#invoke textarea').value === 'labbox'`),
		fill(`#invoke input[name="path"]`, "/shout?x=1"), fill(`#invoke textarea`, `<img src=x onerror=alert(1)>`),
		chromedp.Focus(chromedp.CSS("#invoke-go")), chromedp.KeyEvent("\r"), visible(".answer-status.is-ready"))
	if body := mustEvaluate[string](t, b, `document.querySelector('.answer-body').textContent`); body !=
		`{"method": "POST", "path": "/shout?x=1", "type": "text/plain", "body": "<img src=x onerror=alert(1)>"}`+"\n" {
		t.Errorf("the answer is %q", body)
	}
	if mustEvaluate[bool](t, b, `document.querySelector('.answer img') !== null`) {
		t.Error("an answer became a part of the page")
	}
	if at := mustEvaluate[string](t, b, `location.pathname`); at != "/functions/openfaas-fn/figlet" {
		t.Errorf("the call led to %s", at)
	}
	b.shoot(t, "function-called")
	b.clean(t, "call")

	b.run(t, click(`.stepper button[value="0"]`), visible("h1 .state.is-stopped"), click(`.stepper button[value="1"]`), visible(".starting"),
		click("#delete summary"), visible("#delete-go"))
	b.shoot(t, "function-delete")
	b.run(t, click("#delete-go"), visible("#function-openfaas-fn-env"))
	if mustEvaluate[bool](t, b, `document.querySelector('#function-openfaas-fn-figlet') !== null`) {
		t.Error("the function is still there")
	}
	b.run(t, click(".letters-table tbody tr:first-child button"), visible(".letters-table tbody tr:only-child"))
	b.clean(t, "delete and replay")
}

// TestBrowserDeleteLeads to the functions, even when the page finds the function gone
// before the deletion is answered.
func TestBrowserDeleteLeads(t *testing.T) {
	d := newDemo(t)
	d.ready(t)
	d.functions.removed = func() {
		lists := func() (n int) { d.functions.set(func(f *demoFunctions) { n = f.lists }); return n }
		for from := lists(); lists() < from+2; { // a refresh, and what comes of it
			time.Sleep(10 * time.Millisecond)
		}
	}
	b := mustBrowse(t, d.base)
	b.run(t, window(1280, 800, "light"), chromedp.Navigate(d.base+"/functions/openfaas-fn/classify?lang=en"), functionSettled(),
		click("#delete summary"), click("#delete-go"), visible("#function-openfaas-fn-env"))
}

// TestBrowserCallFails shows each way a call can go wrong.
func TestBrowserCallFails(t *testing.T) {
	d := newDemo(t)
	d.ready(t)
	d.server.invokePatience = 50e6
	b := mustBrowse(t, d.base)
	b.run(t, window(390, 844, "dark"), chromedp.Navigate(d.base+"/functions/openfaas-fn/classify?lang=de"), functionSettled())
	d.functions.set(func(f *demoFunctions) {
		f.answer = func(ctx context.Context, _ FunctionCall) (FunctionAnswer, error) {
			<-ctx.Done()
			return FunctionAnswer{}, ctx.Err()
		}
	})
	b.run(t, click("#invoke-go"), until(`document.querySelector('.answer .alert')?.textContent.includes('Keine Antwort')`))
	b.shoot(t, "call-timeout")
	d.functions.set(func(f *demoFunctions) {
		f.answer = func(context.Context, FunctionCall) (FunctionAnswer, error) {
			return FunctionAnswer{Status: 500, Body: []byte("\x00\x01\xfe\xffbinary"), Seconds: 0.02}, nil
		}
	})
	b.run(t, click("#invoke-go"), visible(".answer-status.is-failed"), until(`document.querySelector('.answer-body').textContent.startsWith('00000000  00 01 fe ff')`))
	b.run(t, fill(`#invoke input[name="path"]`, "/../../system/functions"), click("#invoke-go"),
		until(`document.querySelector('.answer .alert')?.textContent.includes('no path of a function')`))
	if said := mustEvaluate[string](t, b, `document.querySelector('#answer-said').textContent`); said == "" {
		t.Error("nothing is said to who cannot see")
	}
	b.clean(t, "call")
	d.functions.set(func(f *demoFunctions) { f.list = nil }) // deleted by somebody else
	b.run(t, visible(`body[data-page="error"]`))
}

// TestBrowserCallPlain calls a function without JavaScript.
func TestBrowserCallPlain(t *testing.T) {
	d := newDemo(t)
	d.ready(t)
	b := mustBrowse(t, d.base)
	b.run(t, command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}), window(1280, 800, "light"),
		chromedp.Navigate(d.base+"/functions/openfaas-fn/classify"), click("#invoke-go"), visible(".answer-status.is-ready"), visible(".answer-body"))
	b.run(t, click(`.stepper button[value="3"]`), visible(".starting"))
	b.clean(t, "plain")
}
