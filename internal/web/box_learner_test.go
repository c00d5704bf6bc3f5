package web

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// learnt is how one lesson is gone through. A task that is neither typed nor answered is
// done by its solution, which lies in the lesson's folder.
type learnt struct {
	lesson, theme, lang string
	typed               map[string][]string // a task to what is typed
	answers             map[string]string   // a question to its answer
}

// lessonsLearnt are one quick lesson of each trend; both languages and themes occur.
func lessonsLearnt() []learnt {
	return []learnt{
		{lesson: "gitops/drift", theme: "light", lang: "en", typed: map[string][]string{
			"see":   {"kubectl -n learn-drift scale deployment web --replicas=5"},
			"heal":  {`kubectl -n argocd patch application learn-drift --type=merge -p '{"spec": {"syncPolicy": {"automated": {"selfHeal": true}}}}'`},
			"again": {"kubectl -n learn-drift delete deployment web"},
			"allow": {
				"cd ~/learn-drift && git pull -q", "sed -i '/replicas:/d' web/deployment.yaml && git diff --stat",
				`git commit -qam "Leave it to the autoscaler" && git push -q`,
				`kubectl -n argocd wait application/learn-drift --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s`,
				// Argo CD has seen the commit before it has applied it, and would scale back then.
				`kubectl -n argocd wait application/learn-drift --for=jsonpath='{.status.operationState.syncResult.revision}'="$(git rev-parse HEAD)" --timeout=60s`,
				"kubectl -n learn-drift scale deployment web --replicas=3",
			},
		}},
		{lesson: "platform/quota", theme: "dark", lang: "de"},
		{lesson: "mlops/register", theme: "light", lang: "de", answers: map[string]string{"moves": "nothing"}},
		{lesson: "serverless/lambda", theme: "dark", lang: "en", answers: map[string]string{"concurrency": "twenty"}},
		{lesson: "sustainability/rightsize", theme: "dark", lang: "de", answers: map[string]string{"effect": "later"}},
	}
}

const (
	// taskPatience is how long what was typed may take until its task is ticked.
	taskPatience = 90 * time.Second
	// learnWithin is how long the five lessons may take together.
	learnWithin = 5 * time.Minute
)

// TestBoxLearner goes a learner's way through one lesson of each trend, in a browser, on a
// lab that runs: signs in, starts, reads, types, answers. Each task ticks itself, without
// the page being left. LABBOX_TEST_LINK is a link of "labbox open".
func TestBoxLearner(t *testing.T) {
	link := strings.TrimSpace(os.Getenv("LABBOX_TEST_LINK"))
	if testing.Short() || link == "" {
		t.Skip("needs a running lab: LABBOX_TEST_LINK is what labbox open prints")
	}
	b, base := mustEnterBrowser(t, link)
	began := time.Now()
	for _, way := range lessonsLearnt() {
		t.Run(strings.ReplaceAll(way.lesson, "/", "-"), func(t *testing.T) { learn(t, b, base, way) })
	}
	took := time.Since(began)
	t.Logf("five lessons took %s", took.Round(time.Second))
	if took > learnWithin {
		t.Errorf("they may take %s", learnWithin)
	}
}

// mustEnterBrowser opens the link of "labbox open" and says where the dashboard is.
func mustEnterBrowser(t *testing.T, link string) (b *browser, base string) {
	t.Helper()
	at, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	b = mustBrowse(t, link)
	b.run(t, window(1280, 800, "light"), chromedp.Navigate(link), click("main form button"), visible(`body:not([data-page="signin"]) main h1`))
	return b, at.Scheme + "://" + at.Host
}

func learn(t *testing.T, b *browser, base string, way learnt) {
	trend, id, _ := strings.Cut(way.lesson, "/")
	b.run(t, window(1280, 800, way.theme), chromedp.Navigate(base+"/lessons?lang="+way.lang), click(`a[href="/lessons/`+way.lesson+`"]`),
		visible("#goal .prose, #goal p"), visible("#theory p"), terminalOpen())
	if lang := mustEvaluate[string](t, b, `document.documentElement.lang`); lang != way.lang {
		t.Errorf("the page is in %q", lang)
	}
	tasks := b.tasks(t, ".task")
	if done := b.tasks(t, ".task.is-ready"); len(done) == len(tasks) {
		t.Skip("it has been learnt before; ticks stay")
	}
	b.start(t)
	mustEvaluate[bool](t, b, `(window.same = true)`)
	b.run(t, click(".terminal-screen"), press("cd ~/lessons/"+way.lesson+"\r"))
	for _, task := range tasks {
		took := b.work(t, way, task)
		t.Logf("%-12s ticked %.1f s after", task, took.Seconds())
		b.view(t, fmt.Sprintf("learner-%s-%s-%s", trend, id, task))
	}
	b.run(t, visible(".debrief .prose p"))
	if !mustEvaluate[bool](t, b, `window.same === true`) {
		t.Error("the page was left")
	}
	if said, want := mustEvaluate[string](t, b, `document.querySelector('#lesson-said').textContent`), fmt.Sprintf("%d", len(tasks)); strings.Count(said, want) < 2 {
		t.Errorf("the page says %q after %s tasks", said, want)
	}
	b.clean(t, way.lesson)
	b.run(t, chromedp.Navigate(base+"/lessons"), visible(fmt.Sprintf(`[id="lesson-%s"].is-ready`, way.lesson)),
		chromedp.Navigate(base+"/"), visible(`.trend-tile.trend-`+trend+` .trend-bar .is-ready`))
	b.view(t, "learner-home-"+trend)
	b.clean(t, "home after "+way.lesson)
}

// tasks are the ids of the tasks that selector, a CSS one, matches.
func (b *browser) tasks(t *testing.T, selector string) []string {
	t.Helper()
	return mustEvaluate[[]string](t, b, `[...document.querySelectorAll('`+selector+`')].map((task) => task.id.replace('task-', ''))`)
}

// start presses start, or resets a lesson that was begun.
func (b *browser) start(t *testing.T) {
	t.Helper()
	press := []chromedp.Action[chromedp.Void]{click("#lesson-start")}
	if mustEvaluate[bool](t, b, `document.querySelector('#lesson-start') === null`) {
		press = []chromedp.Action[chromedp.Void]{click(".tasks-head .menu summary"), click(".tasks-head .menu-sheet button")}
	}
	b.run(t, press...)
	b.runWithin(t, taskPatience, until(`!document.querySelector('#lesson-start, .tasks-head details[open], form[data-busy], .task-form button:disabled')`))
}

// work does a task and waits for its tick and what it is based on.
func (b *browser) work(t *testing.T, way learnt, task string) time.Duration {
	t.Helper()
	card := "#task-" + task
	began := time.Now()
	switch answer, asked := way.answers[task]; {
	case asked && slices.Contains(b.tasks(t, ".task.is-ready"), task):
		t.Logf("%s was answered before", task)
	case asked:
		b.run(t, click(card+` input[value="`+answer+`"]`), click(card+" .task-form button"))
	default:
		lines := way.typed[task]
		if lines == nil {
			lines = []string{"bash solve/" + task + ".sh"}
		}
		b.run(t, click(".terminal-screen"), press(strings.Join(lines, "\r")+"\r"))
	}
	b.runWithin(t, taskPatience, visible(card+".is-ready"))
	took := time.Since(began)
	b.run(t, click(card+" .evidence summary"), visible(card+" .evidence dd"), until(`document.getAnimations().every((a) => a.playState !== 'running')`))
	return took
}

// view keeps a picture of what is in the window.
func (b *browser) view(t *testing.T, name string) {
	t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	mustKeep(t, name, picture)
}
