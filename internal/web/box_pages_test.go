package web

import (
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestBoxPages lets axe look at every lesson of a lab that runs, as it really is written,
// and at the report, and looks for what does not fit a small screen. LABBOX_TEST_LINK is a
// link of "labbox open".
func TestBoxPages(t *testing.T) {
	link := strings.TrimSpace(os.Getenv("LABBOX_TEST_LINK"))
	if testing.Short() || link == "" {
		t.Skip("needs a running lab: LABBOX_TEST_LINK is what labbox open prints")
	}
	axe := mustAxe(t)
	b, base := mustEnterBrowser(t, link)
	b.run(t, chromedp.Navigate(base+"/lessons"), visible("main h1"))
	pages := mustEvaluate[[]string](t, b, `[...document.querySelectorAll('.lesson-name')].map((a) => a.getAttribute('href'))`)
	if len(pages) < 40 {
		t.Errorf("there are %d lessons", len(pages))
	}
	pages = append(pages, "/", "/trends", "/components", "/components/mlflow", "/modules", "/functions", "/functions/store", "/energy", "/plots", "/capstone", "/review", "/report.html")
	for i, page := range pages {
		lang, theme, width, height := "de", "light", int64(1280), int64(800)
		if i%2 == 1 {
			lang, width, height = "en", 390, 844
		}
		if i%4 >= 2 {
			theme = "dark"
		}
		b.run(t, window(width, height, theme), chromedp.Navigate(base+page+"?lang="+lang), visible("h1"))
		b.fits(t, page, width)
		b.barriers(t, axe, page+" "+lang+" "+theme)
		b.clean(t, page)
	}
}
