package report

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func mustHTML(t testing.TB, doc Document) (page string, root *html.Node) {
	t.Helper()
	data, err := HTML(doc)
	if err != nil {
		t.Fatal(err)
	}
	root, err = html.Parse(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data), root
}

// The page brings all it needs and runs nothing, whatever the learner has written.
func TestHTMLIsSelfContained(t *testing.T) {
	t.Parallel()
	eachReport(t, func(t *testing.T, _ string, doc Document) {
		page, root := mustHTML(t, doc)
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			switch n.Data {
			case "script", "img", "iframe", "link", "object", "embed", "form", "base", "image", "use":
				t.Errorf("the page has an element %s", n.Data)
			}
			for _, a := range n.Attr {
				switch {
				case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "src":
					t.Errorf("%s has an attribute %s", n.Data, a.Key)
				case a.Key == "href" && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "http"):
					t.Errorf("%s leads to %s", n.Data, a.Val)
				}
			}
		}
		if strings.Contains(htmlStyle, "url(") || strings.Contains(htmlStyle, "@import") {
			t.Error("the style sheet loads something")
		}
		if !strings.Contains(page, `<html lang="`+doc.Lang+`">`) {
			t.Error("the page does not say its language")
		}
		for _, id := range sectionIDs {
			if strings.Count(page, `id="`+id+`"`) != 1 || !strings.Contains(page, `href="#`+id+`"`) {
				t.Errorf("section %s has not one heading and a link to it", id)
			}
		}
	})
}

// The policy in the page allows its style sheet, byte for byte.
func TestHTMLPolicy(t *testing.T) {
	t.Parallel()
	page, _ := mustHTML(t, mustCompose(t, "en", emptyInput()))
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(page)
	if style == nil || style[1] != htmlStyle {
		t.Error("the style sheet in the page is not the one of the policy's hash")
	}
	if policy := Policy(); !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %s", policy)
	}
}

func TestHTMLEscapes(t *testing.T) {
	t.Parallel()
	page, root := mustHTML(t, mustCompose(t, "de", fullInput()))
	if strings.Contains(page, "<script") || strings.Contains(page, "<img") || strings.Contains(page, "<b>") {
		t.Error("what the learner wrote has become markup")
	}
	var text strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			text.WriteString(n.Data)
		}
	}
	for _, wanted := range []string{hostile, longWord(), "Jörg Müßig <b>"} {
		if !strings.Contains(text.String(), wanted) {
			t.Errorf("the page does not show %q", clip(wanted, 60))
		}
	}
}

// The pictures are well-formed and say in words what they show.
func TestHTMLPictures(t *testing.T) {
	t.Parallel()
	page, _ := mustHTML(t, mustCompose(t, "en", fullInput()))
	pictures := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(page, -1)
	if len(pictures) != 3 {
		t.Errorf("there are %d pictures", len(pictures))
	}
	for _, picture := range pictures {
		in := xml.NewDecoder(strings.NewReader(picture))
		for {
			if _, err := in.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%v in %s", err, picture)
			}
		}
		if !strings.Contains(picture, "<title id=") || !strings.Contains(picture, `role="img"`) || strings.Contains(picture, "ZgotmplZ") {
			t.Errorf("the picture is %s", picture)
		}
	}
}
