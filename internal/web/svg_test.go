package web

import (
	"strings"
	"testing"
)

func TestPicturesAreCleaned(t *testing.T) {
	t.Parallel()
	const open = `<svg xmlns="http://www.w3.org/2000/svg" class="picture-svg" viewBox="0 0 10 10" aria-hidden="true" focusable="false" fill="currentColor">`
	for _, c := range []struct{ name, in, want string }{
		{"a shape", `<svg viewBox="0 0 10 10"><path d="M0 0h1" class="accent panel" stroke="currentColor"/></svg>`, open + `<path d="M0 0h1" class="pic-accent" stroke="currentColor"></path></svg>`},
		{"its size goes, its frame stays", `<svg width="10px" height="10" onload="alert(1)" style="x" id="top"></svg>`, `viewBox="0 0 10 10"`},
		{"a script", `<svg viewBox="0 0 10 10"><script>alert(1)</script><g/></svg>`, open + `<g></g></svg>`},
		{"a script in another namespace", `<svg viewBox="0 0 10 10" xmlns:x="http://www.w3.org/1999/xhtml"><x:script>alert(1)</x:script></svg>`, open + `</svg>`},
		{"a style", `<svg viewBox="0 0 10 10"><style>*{background:url(http://e)}</style></svg>`, open + `</svg>`},
		{"foreign content", `<svg viewBox="0 0 10 10"><foreignObject><img src="x"/></foreignObject></svg>`, open + `</svg>`},
		{"a handler", `<svg viewBox="0 0 10 10"><g onclick="alert(1)" style="fill:red"/></svg>`, open + `<g></g></svg>`},
		{"a link keeps its words", `<svg viewBox="0 0 10 10"><a href="javascript:alert(1)"><text>go</text></a></svg>`, open + `<text>go</text></svg>`},
		{"an image", `<svg viewBox="0 0 10 10"><image href="http://e/x.png"/></svg>`, open + `</svg>`},
		{"use of another file", `<svg viewBox="0 0 10 10"><use href="http://e/x.svg#a"/><use href="#a"/></svg>`, open + `<use></use><use href="#p-a"></use></svg>`},
		{"paint from elsewhere", `<svg viewBox="0 0 10 10"><g fill="url(http://e)"/><g fill="url(#a)"/></svg>`, open + `<g></g><g fill="url(#p-a)"></g></svg>`},
		{"a name", `<svg viewBox="0 0 10 10"><g id="a"/><g id='"&gt;&lt;script&gt;'/></svg>`, open + `<g id="p-a"></g><g></g></svg>`},
		{"words are escaped", `<svg viewBox="0 0 10 10"><text>&lt;script&gt;</text></svg>`, open + `<text>&lt;script&gt;</text></svg>`},
		{"a value that ends its attribute", `<svg viewBox="0 0 10 10"><g fill='"&gt;&lt;b'/></svg>`, open + `<g fill="&#34;&gt;&lt;b"></g></svg>`},
		{"what moves", `<svg viewBox="0 0 10 10"><g><animate attributeName="href" to="javascript:1"/><set/></g></svg>`, open + `<g></g></svg>`},
		{"a picture within", `<svg viewBox="0 0 10 10"><svg><g/></svg></svg>`, open + `<g></g></svg>`},
		{"a comment and a declaration", `<?xml version="1.0"?><!DOCTYPE svg><svg viewBox="0 0 10 10"><!-- <g> --></svg>`, open + `</svg>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := cleanSVG([]byte(c.in), "p-")
			if err != nil || !strings.Contains(got, c.want) {
				t.Errorf("%v\ngot  %s\nwant %s", err, got, c.want)
			}
		})
	}
}

func TestPicturesThatAreNone(t *testing.T) {
	t.Parallel()
	deep := "<svg>" + strings.Repeat("<g>", 5000) + strings.Repeat("</g>", 5000) + "</svg>"
	if got, err := cleanSVG([]byte(deep), ""); err != nil || strings.Count(got, "<g>") > 60 {
		t.Errorf("a deep picture: %v, %d levels", err, strings.Count(got, "<g>"))
	}
	for name, in := range map[string]string{
		"nothing": "", "words": "hello", "a page": "<html><body/></html>", "half a picture": "<svg><g>", "an entity of its own": `<!DOCTYPE svg [<!ENTITY x "y">]><svg>&x;</svg>`,
		"too large": "<svg>" + strings.Repeat(" ", svgLimit) + "</svg>",
	} {
		if got, err := cleanSVG([]byte(in), ""); err == nil {
			t.Errorf("%s became %q", name, got)
		}
	}
}
