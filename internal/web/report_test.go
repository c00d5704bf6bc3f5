package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/lab"
)

// demoReport says what it was asked for.
func demoReport(_ context.Context, lang, format string) (ReportFile, error) {
	if lang != "de" && lang != "en" {
		return ReportFile{}, lab.Errorf(lab.CodeUsage, "Choose de or en", "there is no report in %q", lang)
	}
	return ReportFile{Data: []byte(lang + " " + format), Type: "text/" + format, Policy: "default-src 'none'; style-src 'sha256-x'"}, nil
}

// The report is for who has signed in, and comes with a policy of its own.
func TestReport(t *testing.T) {
	t.Parallel()
	s := mustServer(t, func(o *Options) { o.Password, o.Report = ownersWord, demoReport })
	owner := map[string]string{"Cookie": cookieSession + "=" + s.sessions.issue()}
	german := map[string]string{"Cookie": owner["Cookie"] + "; " + cookiePrefix + prefLang + "=de"}
	for _, c := range []struct {
		name, path string
		header     map[string]string
		status     int
		says       string
	}{
		{"a stranger", "/report.html", nil, 303, "/signin?next=%2Freport.html"},
		{"a stranger wants the PDF", "/report.pdf?lang=de", nil, 303, "/signin?next=%2Freport.pdf%3Flang%3Dde"},
		{"a guess", "/report.html", map[string]string{"Cookie": cookieSession + "=guess"}, 303, "/signin"},
		{"the owner", "/report.html", owner, 200, "en html"},
		{"the owner's language", "/report.html", german, 200, "de html"},
		{"a language by name", "/report.pdf?lang=en", german, 200, "en pdf"},
		{"no language", "/report.pdf?lang=fr", owner, 400, "there is no report in"},
		{"another origin", "/report.html?lang=en", map[string]string{"Host": "evil.example", "Cookie": owner["Cookie"]}, 421, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := ask(t, call{s.Handler(), "GET", c.path, nil, c.header})
			if said := w.Body.String() + w.Header().Get("Location"); w.Code != c.status || !strings.Contains(said, c.says) {
				t.Fatalf("%d, %s", w.Code, said)
			}
			policy, file := w.Header().Get("Content-Security-Policy"), w.Header().Get("Content-Disposition")
			if c.status == 200 && (!strings.Contains(policy, "sha256-x") || !strings.Contains(policy, "frame-ancestors 'none'") || w.Header().Get("Cache-Control") != "no-store") {
				t.Errorf("policy %s", policy)
			}
			if pdf := c.status == 200 && strings.Contains(c.path, "pdf"); pdf != strings.HasPrefix(file, "attachment") {
				t.Errorf("disposition %q", file)
			}
		})
	}
}

func TestNoReport(t *testing.T) {
	t.Parallel()
	s := mustServer(t, func(o *Options) { o.Password = ownersWord })
	owner := map[string]string{"Cookie": cookieSession + "=" + s.sessions.issue()}
	if w := ask(t, call{s.Handler(), "GET", "/report.html", nil, owner}); w.Code < 400 {
		t.Errorf("%d", w.Code)
	}
}

// The name for the report is kept, in one line, and bounded.
func TestReportName(t *testing.T) {
	t.Parallel()
	d := mustLearn(t)
	if status, to, body := d.form(t, "/review/name", url.Values{"name": {"  Ada \n Lovelace<b> "}}); status != http.StatusSeeOther || to != "/review#report" {
		t.Fatalf("%d %s %s", status, to, body)
	}
	if kept, _ := d.memory.Preferences(t.Context()); kept[prefName] != "Ada Lovelace<b>" {
		t.Errorf("kept %q", kept)
	}
	page := d.page(t, "/review")
	if !strings.Contains(page, `value="Ada Lovelace&lt;b&gt;"`) || !strings.Contains(page, `href="/report.html?lang=en"`) || !strings.Contains(page, `href="/report.pdf?lang=en"`) {
		t.Error("the review page has no name, or no links")
	}
	if status, _, _ := d.form(t, "/review/name", url.Values{"name": {strings.Repeat("x", maxName+1)}}); status != 400 {
		t.Errorf("a name without end: %d", status)
	}
}
