package web

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/labbox/labbox/internal/lab"
)

// screenshots are kept here, relative to this package.
const screenshots = "../../build/screenshots"

// browser is a Chromium that notes everything that should not happen.
type browser struct {
	ctx  context.Context
	host string
	// missing ends the address that is meant not to be found.
	missing string

	mu     sync.Mutex
	faults []string
}

func mustBrowse(t *testing.T, base string) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("drives a browser")
	}
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		closeTab()
		stop()
	})
	parsed, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{ctx: ctx, host: parsed.Host}
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	b.run(t, command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}), command(runtime.Enable, cdp.Empty{}))
	return b
}

// command is a protocol command as an action.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, c, params)
		return err
	})
}

// visible waits for the first element that selector, a CSS one, matches.
func visible(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.WaitVisible(chromedp.CSS(selector))
}

func click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector))
}

// until waits for a JavaScript expression to be true.
func until(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(taskPatience))
}

func mustEvaluate[T any](t *testing.T, b *browser, expression string) T {
	t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// note collects console errors, exceptions and requests to other hosts.
func (b *browser) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.faults = append(b.faults, fmt.Sprintf("exception: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			for _, arg := range e.Args {
				b.faults = append(b.faults, fmt.Sprintf("console: %s %s %s", e.Type, arg.Value, arg.Description))
			}
		}
	case *log.EventEntryAdded:
		if b.missing != "" && strings.HasSuffix(e.Entry.URL, b.missing) && strings.Contains(e.Entry.Text, "404") {
			return
		}
		if e.Entry.Level == "error" || e.Entry.Level == "warning" {
			b.faults = append(b.faults, "log: "+e.Entry.Text+" "+e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Host != b.host && strings.HasPrefix(u.Scheme, "http") {
			b.faults = append(b.faults, "request to another host: "+e.Request.URL)
		}
	}
}

// run does the actions; a page that does not come to what is waited for fails.
func (b *browser) run(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	b.runWithin(t, 30*time.Second, actions...)
}

// runWithin is run for what may take longer: each action has as long as patience.
func (b *browser) runWithin(t *testing.T, patience time.Duration, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	for i, action := range actions {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		_, err := chromedp.Run(ctx, action)
		if err != nil && strings.Contains(err.Error(), "Cannot find context") { // of the page that was just left
			_, err = chromedp.Run(ctx, action)
		}
		cancel()
		if err != nil {
			b.view(t, "failed-"+strings.ReplaceAll(t.Name(), "/", "-"))
			t.Fatalf("action %d of %d: %v", i+1, len(actions), err)
		}
	}
}

// clean fails the test with everything noted so far.
func (b *browser) clean(t *testing.T, where string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, fault := range b.faults {
		t.Errorf("%s: %s", where, fault)
	}
	b.faults = nil
}

// window sets the size of the window and what the system prefers.
func window(width, height int64, theme string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		resize(width, height),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}}),
	)
}

// shoot keeps a picture of the whole page, as in a window that is tall enough.
func (b *browser) shoot(t *testing.T, name string) {
	t.Helper()
	size := mustEvaluate[[]int64](t, b, `[innerWidth, innerHeight, Math.max(innerHeight, document.documentElement.scrollHeight)]`)
	b.run(t, resize(size[0], size[2]))
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	b.run(t, resize(size[0], size[1]))
	mustKeep(t, name, picture)
}

func mustKeep(t *testing.T, name string, picture []byte) {
	t.Helper()
	if err := os.MkdirAll(screenshots, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(screenshots, name+".png"), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}

func resize(width, height int64) chromedp.Action[chromedp.Void] {
	return command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600,
	})
}

// TestBrowserLive watches "labbox up" and a capstone from one open page each.
func TestBrowserLive(t *testing.T) {
	d := newDemo(t)
	d.starting(t)
	b := mustBrowse(t, d.base)
	b.run(t, window(1280, 800, "light"), chromedp.Navigate(d.base+"/?lang=en"),
		visible("#step-boot.is-running progress"))
	b.shoot(t, "home-starting")

	mustEvaluate[bool](t, b, `(window.same = document.querySelector('#step-boot')) !== null`)
	d.emit(t, 0, lab.Event{Kind: lab.EventStep, Subject: "boot", State: lab.StateRunning, Progress: &lab.Progress{Message: "node is Ready", Done: 14, Total: 14}})
	b.run(t, until(`document.querySelector('#step-boot .progress-text').textContent === 'node is Ready'`))
	d.emit(t, 0, lab.Event{Kind: lab.EventStep, Subject: "boot", State: lab.StateReady})
	d.emit(t, 0, lab.Event{Kind: lab.EventStep, Subject: "furnish", State: lab.StateFailed, Error: lab.Errorf(lab.CodeStep, "labbox up", "chart <b>argocd</b> was not ready in time")})
	b.run(t, visible("#step-boot.is-ready"), visible("#step-furnish.is-failed .alert"))
	if !mustEvaluate[bool](t, b, `window.same === document.querySelector('#step-boot')`) {
		t.Error("an update replaced the element instead of changing it")
	}
	b.shoot(t, "home-failed")
	d.ready(t)
	b.run(t, visible(".hero.is-ready"), visible(".lab-state .is-ready"))
	b.clean(t, "home")

	d.last = nil
	b.run(t, chromedp.Navigate(d.base+"/capstone"), click("#capstone-run"), visible("main h1"))
	d.emit(t, 0, lab.Event{Kind: lab.EventCapstone, Subject: "gitops", State: lab.StateRunning})
	detail := []byte(`{"id":"gitops","passed":true,"seconds":4.2,"evidence":{"commit":"4f1c0de9b7a2"}}`)
	d.emit(t, 0, lab.Event{Kind: lab.EventCapstone, Subject: "gitops", State: lab.StateReady, Detail: detail})
	d.emit(t, 0, lab.Event{Kind: lab.EventCapstone, Subject: "pipeline", State: lab.StateRunning, Progress: &lab.Progress{Message: "Job train is running"}})
	b.run(t, visible("#capstone-gitops.is-ready .facts"), visible("#capstone-pipeline.is-running .progress-line"),
		visible(".flow-wide .node.is-running"))
	b.shoot(t, "capstone-running")
	if d.runs != 1 {
		t.Errorf("the button started %d runs", d.runs)
	}
	result := demoResult(time.Now())
	d.last = &result
	d.emit(t, 0, lab.Event{Kind: lab.EventCapstone, Subject: "run", State: lab.StateReady})
	b.run(t, visible(".verdict.is-passed"), visible("#capstone-energy.is-ready .facts"))
	b.clean(t, "capstone")
}

// TestBrowserPlain reads every page without JavaScript.
func TestBrowserPlain(t *testing.T) {
	d := newDemo(t)
	d.ready(t)
	b := mustBrowse(t, d.base)
	b.run(t, command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}), window(1280, 800, "light"))
	for path, want := range map[string]string{
		"/": "#steps summary", "/components": "#component-argocd-argocd-server", "/components/argocd-server": ".log",
		"/capstone": "#capstone-energy .facts", "/plots": "#plot-cpu-title", "/modules": "#module-gitops", "/modules/hello": "#plot-overview-1-title",
		"/trends": "#mlops .system", "/lessons": ".lesson-list .is-begun", "/lessons/gitops/drift": "#task-heal .seen", "/energy": ".energy-table .bar",
		"/review": "#roadmap-title", "/help?q=drift": ".findings mark", "/help/lessons": ".topic-text h1", "/settings": "#settings-save",
		"/functions": "#function-openfaas-fn-classify .spark", "/functions/store": "#offer-figlet", "/functions/openfaas-fn/classify": "#plot-fn-power-title",
	} {
		b.run(t, chromedp.Navigate(d.base+path), visible(want), visible("noscript .note"))
		b.clean(t, path)
	}
}

// TestBrowserSwitches uses the switches of language and theme as a person would.
func TestBrowserSwitches(t *testing.T) {
	d := newDemo(t)
	d.ready(t)
	b := mustBrowse(t, d.base)
	b.run(t, window(1280, 800, "light"), chromedp.Navigate(d.base+"/components"), click(`.switch a[hreflang="de"]`),
		visible(`html[lang="de"]`), click(`.switches .icon-button`), visible(`html[data-theme="light"]`),
		click(`.switches .icon-button`), visible(`html[data-theme="dark"]`))
	if background := mustEvaluate[string](t, b, `getComputedStyle(document.documentElement).backgroundColor`); background != "rgb(12, 16, 18)" {
		t.Errorf("dark theme has the background %s", background)
	}
	b.run(t, chromedp.KeyEvent("\t"))
	if focused := mustEvaluate[string](t, b, `document.activeElement.className`); focused != "skip" {
		t.Errorf("the first Tab goes to %q, want the skip link", focused)
	}
	b.clean(t, "switches")
}
