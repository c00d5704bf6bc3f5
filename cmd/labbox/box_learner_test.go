package main

import (
	"regexp"
	"testing"
)

// boxLearner goes a learner's way through one lesson of each trend, in Chromium.
func boxLearner(_ *testing.T, b *box) { b.inBrowser("TestBoxLearner") }

// boxPages lets axe look at every lesson and at the report.
func boxPages(_ *testing.T, b *box) { b.inBrowser("TestBoxPages") }

// boxViewers lets forty people read the dashboard of the lab.
func boxViewers(_ *testing.T, b *box) { b.inBrowser("TestBoxViewers") }

// inBrowser runs a test of the dashboard as the owner, who signs in by a link.
func (b *box) inBrowser(test string) {
	b.t.Helper()
	link := regexp.MustCompile(`https?://\S+`).FindString(b.must("open"))
	b.suite(b.t, "../../internal/web", "^"+test+"$", "LABBOX_TEST_LINK="+link)
}
