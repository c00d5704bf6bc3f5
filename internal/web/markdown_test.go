package web

import (
	"errors"
	"strings"
	"testing"

	"github.com/labbox/labbox/ui"
)

func mustProse(t *testing.T) *prose {
	t.Helper()
	a, err := newAssets(ui.FS())
	if err != nil {
		t.Fatal(err)
	}
	return newProse(mustCatalogue(t, "en"), a)
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	p := mustProse(t)
	pictures := func(name string) (string, error) {
		if name != "loop.svg" {
			return "", errors.New("no such picture")
		}
		return `<svg><g id="` + picturePrefix + `a"></g></svg>`, nil
	}
	for _, c := range []struct{ name, in, want, not string }{
		{"a paragraph", "Some **words** and `code`.", "<p>Some <strong>words</strong> and <code>code</code>.</p>", ""},
		{"a heading is below the page's", "# Top\n\n#### Deep", "<h3>Top</h3>\n<h4>Deep</h4>", "<h1"},
		{"a table", "| a | b |\n|---|--:|\n| 1 | 2 |", `<td align="right">2</td>`, "style="},
		{"code with a button", "```sh\necho '<b>'\n```", `<code>echo &#39;&lt;b&gt;&#39;</code></pre><button type="button" class="icon-button copy" data-copy="echo &#39;&lt;b&gt;&#39;"`, "<b>"},
		{"a diff", "```diff\n-a\n+b\n```", `<span class="diff-minus">-a</span>` + "\n" + `<span class="diff-plus">+b</span>`, ""},
		{"raw HTML is left out", "<script>alert(1)</script>\n\na <img src=x onerror=alert(1)> b", "a ", "<script"},
		{"and so is its handler", "a <img src=x onerror=alert(1)> b", "<p>a  b</p>", "onerror"},
		{"a link outside", "[x](https://example.org/a?b=\"c)", `rel="noopener noreferrer">x</a>`, `"c`},
		{"a link inside", "[x](/lessons)", `<a href="/lessons">x</a>`, "_blank"},
		{"a link that runs", "[x](javascript:alert(1))", "<p>x</p>", "javascript"},
		{"a link without its scheme", "[x](//example.org)", "<p>x</p>", "href"},
		{"data in a link", "<data:text/html,x>", "data:text/html,x", "href"},
		{"a picture", "![A *loop* \"here\"](loop.svg)", `role="img" tabindex="0" aria-label="A loop &quot;here&quot;"><svg><g id="p`, picturePrefix},
		{"a picture that is not there", "![words](http://e/x.png)", `<em class="picture-lost">words</em>`, "http://e"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := p.html("k", c.in, pictures)
			if err != nil || !strings.Contains(string(got), c.want) || (c.not != "" && strings.Contains(string(got), c.not)) {
				t.Errorf("%v\ngot  %s\nwant %s\nnot  %s", err, got, c.want, c.not)
			}
		})
	}
}

func TestMarkdownIsKeptAndBounded(t *testing.T) {
	t.Parallel()
	p, asked := mustProse(t), 0
	pictures := func(string) (string, error) { asked++; return "<svg></svg>", nil }
	for range 5 {
		if _, err := p.html("a", "![x](y.svg)", pictures); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 1 {
		t.Errorf("rendered %d times", asked)
	}
	if _, _ = p.html("b", "![x](y.svg)", pictures); asked != 2 {
		t.Error("two lessons share a picture of the same name")
	}
	for range 3 * proseKept {
		_, _ = p.html("a", strings.Repeat("x", asked), nil)
		asked++
	}
	if len(p.done) > proseKept {
		t.Errorf("%d texts are kept", len(p.done))
	}
}

func TestCodeSpans(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "plain *a* <b>": "plain *a* &lt;b&gt;", "`a` and `<b>`": "<code>a</code> and <code>&lt;b&gt;</code>", "one ` only": "one ` only", "`a` `": "<code>a</code> `",
	} {
		if got := string(codeSpans(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
