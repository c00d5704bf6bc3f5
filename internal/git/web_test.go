package git

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestPages(t *testing.T) {
	t.Parallel()
	f := mustServer(t, nil)
	const evil = `<script>alert(1)</script>`
	work := f.mustPush("platform", map[string]string{
		"README.md": "# Read <b>me</b>\n", "apps/a b?.yaml": "k: " + evil + "\n", "bin": "\x00", "apps/long": strings.Repeat("x\n", maxViewBytes),
	})
	f.mustCommit(work, evil, map[string]string{"apps/a b?.yaml": "k: 2\n"})
	mustGit(t, work, "push", "-q", "origin", "main", "main:refs/heads/feature/x")
	f.mustCreate("empty")
	head := mustGit(t, work, "rev-parse", "HEAD")
	tests := []struct {
		name, path string
		code       int
		want       []string
	}{
		{"list", "/", 200, []string{"platform", "empty", "a test"}},
		{"root", "/platform", 200, []string{"# Read &lt;b&gt;me&lt;/b&gt;", "/platform/tree/apps", "http://git.git.svc.cluster.local:3000/platform.git", "git clone http://127.0.0.1"}},
		{"branch", "/platform?ref=feature%2fx", 200, []string{"?ref=feature%2Fx"}},
		{"directory", "/platform/tree/apps", 200, []string{"/platform/file/apps/a%20b%3F.yaml"}},
		{"file", "/platform/file/apps/a%20b%3F.yaml?ref=" + head + "", 200, []string{`id="L1"`, "k: 2"}},
		{"binary", "/platform/file/bin", 200, []string{"not text"}},
		{"long", "/platform/file/apps/long", 200, []string{"Only the beginning"}},
		{"log", "/platform/commits", 200, []string{"&lt;script&gt;alert(1)", "begin"}},
		{"commit", "/platform/commit/" + head, 200, []string{`class="del">-k: &lt;script&gt;`, `class="add">&#43;k: 2`}},
		{"first commit", "/platform/commit/" + head + "~1", 400, nil},
		{"empty", "/empty", 200, []string{"git push origin HEAD:main"}},
		{"empty log", "/empty/commits", 200, []string{"no commits yet"}},
		{"no repository", "/nothing", 404, []string{"Nothing is here"}},
		{"no file", "/platform/file/nothing", 404, []string{"Nothing is here"}},
		{"no page", "/platform/wiki/x", 404, []string{"Nothing is here"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, header, body := f.do(request{path: tt.path, header: map[string]string{"Accept": "text/html"}})
			if code != tt.code {
				t.Fatalf("%d, want %d: %s", code, tt.code, body)
			}
			for _, want := range tt.want {
				if !strings.Contains(body, want) {
					t.Errorf("the page lacks %q:\n%s", want, body)
				}
			}
			if strings.Contains(body, "<script") || !strings.HasPrefix(header.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Error("the page may run what was pushed")
			}
			if code == 200 && !strings.HasSuffix(strings.TrimSpace(body), "</html>") {
				t.Error("the page is not whole")
			}
		})
	}
	t.Run("a clone URL leads to the page", func(t *testing.T) {
		code, header, _ := f.do(request{path: "/platform.git"})
		if code != http.StatusFound || header.Get("Location") != "/platform" {
			t.Errorf("%d %q", code, header.Get("Location"))
		}
	})
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]string{
		"": "en", "de": "de", "de-AT,de;q=0.9,en;q=0.8": "de", "fr, en;q=0.5, de;q=0.1": "en", "EN-us": "en", "fr": "en",
	} {
		if got := language(accept); got != want {
			t.Errorf("%q gives %s, want %s", accept, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		10 * time.Second: "gerade eben", 5 * time.Minute: "vor 5 Min.", 3 * time.Hour: "vor 3 Std.", 80 * time.Hour: "vor 3 Tagen",
	} {
		if got := ago("de", d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

// A key without words would be shown as it is.
func TestEveryTextIsThere(t *testing.T) {
	t.Parallel()
	used := regexp.MustCompile(`\.T "([^"]+)"`)
	for _, file := range []string{"web/layout.html", "web/pages.html"} {
		source, err := templates.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		keys := used.FindAllStringSubmatch(string(source), -1)
		if len(keys) == 0 {
			t.Errorf("%s uses no texts", file)
		}
		for _, m := range keys {
			if words := texts()[m[1]]; words[0] == "" || words[1] == "" {
				t.Errorf("%s: no words for %q", file, m[1])
			}
		}
	}
}

func TestParseDiff(t *testing.T) {
	t.Parallel()
	patch := "diff --git a/a b/a\nindex 1..2 100644\n--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n-x\n+y\n+--- z\n same\ndiff --git a/old name b/new name\nrename from old name\nrename to new name\ndiff --git a/i b/i\nBinary files differ\n"
	files := parseDiff(patch)
	if len(files) != 3 || files[0].Path != "a" || files[1].Path != "new name" || files[2].Path != "i" {
		t.Fatalf("files = %+v", files)
	}
	kinds := ""
	for _, l := range files[0].Lines {
		kinds += "[" + l.Kind + "]"
	}
	if kinds != "[hunk][del][add][add][]" {
		t.Errorf("kinds = %s", kinds)
	}
	if got := parseDiff("nonsense\n@@ @@\n+x"); len(got) != 0 {
		t.Errorf("nonsense gives %+v", got)
	}
}
