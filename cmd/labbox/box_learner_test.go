package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// boxLearner goes a learner's way through one lesson of each trend, in Chromium.
func boxLearner(_ *testing.T, b *box) { b.inBrowser("TestBoxLearner") }

// boxPages lets axe look at every lesson and at the report.
func boxPages(_ *testing.T, b *box) { b.inBrowser("TestBoxPages") }

// boxViewers lets forty people read the dashboard of the lab.
func boxViewers(_ *testing.T, b *box) { b.inBrowser("TestBoxViewers") }

// inBrowser runs a test of the dashboard in the machine's network, as the owner, who
// signs in by a link. All of it must pass: what is skipped has shown nothing.
func (b *box) inBrowser(test string) {
	b.t.Helper()
	link := regexp.MustCompile(`https?://\S+`).FindString(b.must("open"))
	cmd := b.outside("go", "test", "-count=1", "-v", "-run", "^"+test+"$", ".")
	cmd.Dir = "../../internal/web"
	cmd.Env = append(os.Environ(), "LABBOX_TEST_LINK="+link)
	out, err := cmd.CombinedOutput()
	b.t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "--- PASS: "+test) || strings.Contains(string(out), "--- SKIP") {
		b.t.Errorf("%s: %v", test, err)
	}
}
