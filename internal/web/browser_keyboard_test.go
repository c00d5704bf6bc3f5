package web

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// focusMarks says which of the marks in a list match what has the focus, or is the name
// of one who has it without it being seen.
const focusMarks = `((marks) => {
	const at = document.activeElement, style = getComputedStyle(at.closest('.choice') ?? at), box = at.getBoundingClientRect();
	const seen = at.closest('.xterm') || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1 || style.boxShadow !== 'none')
		&& box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
	return [...(seen || at === document.body ? [] : ['unseen: ' + at.outerHTML.slice(0, 120)]), ...marks.filter((m) => at.matches(m))];
})`

// TestBrowserKeyboard walks through a lesson by Tab alone: each main action is reached, in
// the order of reading, and one always sees where one is.
func TestBrowserKeyboard(t *testing.T) {
	d := newDemo(t)
	d.ready(t)
	b := mustBrowse(t, d.base)
	b.signIn(t, d)
	for _, page := range []struct {
		name, path string
		want       []string
	}{
		{"not begun", "/lessons/mlops/first", []string{".skip", ".brand", `.nav a[href="/lessons"]`, `.switch a[hreflang="de"]`, ".lesson-nav a", "#lesson-start", "#note-text", ".sources a"}},
		{"begun", "/lessons/gitops/drift", []string{".skip", ".lesson-nav a", ".menu summary", "#task-heal .task-form button", `#task-heal form[action$="/hint"] button`, "#note-text", ".sources a", `[data-do="reader"]`}},
		{"home", "/", []string{".skip", ".nav a", ".onward-title a", ".onward .button", ".trend-tile a", ".readout"}},
		{"functions", "/functions/openfaas-fn/classify", []string{".skip", ".stepper button", "#invoke textarea", "#invoke-go", "#delete summary"}},
	} {
		t.Run(page.name, func(t *testing.T) {
			b.run(t, window(1280, 800, "light"), chromedp.Navigate(d.base+page.path+"?lang=en"), visible("main h1"))
			reached := []string{}
			marks, err := json.Marshal(page.want)
			if err != nil {
				t.Fatal(err)
			}
			for range 120 {
				b.run(t, press("\t"))
				for _, mark := range mustEvaluate[[]string](t, b, focusMarks+"("+string(marks)+")") {
					if !slices.Contains(reached, mark) {
						reached = append(reached, mark)
					}
				}
				if len(reached) > 0 && mustEvaluate[bool](t, b, `document.activeElement.matches('.xterm-helper-textarea, body')`) {
					break
				}
			}
			if !slices.Equal(reached, page.want) {
				t.Errorf("Tab reaches\n%q, want\n%q", reached, page.want)
			}
		})
	}
}
