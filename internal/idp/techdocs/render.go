package techdocs

import (
	"bytes"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/labbox/labbox/internal/idp/wire"
)

// Render makes safe HTML of Markdown: no raw HTML, and links only to http, https,
// mailto and within the site, where .md becomes .html.
func Render(markdown []byte) ([]byte, error) {
	md := goldmark.New(
		goldmark.WithExtensions(extension.GFM),
		goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithASTTransformers(util.Prioritized(links{}, 100))),
	)
	var out bytes.Buffer
	if err := md.Convert(markdown, &out); err != nil {
		return nil, fmt.Errorf("render Markdown: %w", err)
	}
	return out.Bytes(), nil
}

// links is a goldmark transformer that keeps addresses harmless.
type links struct{}

// Transform implements parser.ASTTransformer.
func (links) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	source := reader.Source()
	var auto []*ast.AutoLink
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch x := n.(type) {
		case *ast.Link:
			x.Destination = harmless(x.Destination, true)
		case *ast.Image:
			x.Destination = harmless(x.Destination, false)
		case *ast.AutoLink:
			if u := string(x.URL(source)); x.AutoLinkType == ast.AutoLinkURL && len(harmless([]byte(u), true)) == 0 {
				auto = append(auto, x)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, x := range auto { // what is no harmless link becomes its text
		x.Parent().ReplaceChild(x.Parent(), x, ast.NewString(util.EscapeHTML(x.Label(source))))
	}
}

// harmless returns the address, or nothing where it could run something. Pictures come
// from the site itself only.
func harmless(address []byte, link bool) []byte {
	s := strings.TrimSpace(string(address))
	u, err := url.Parse(s)
	if err != nil || strings.ContainsAny(s, "\x00\n\r\t") {
		return nil
	}
	if u.Scheme != "" || u.Host != "" || strings.HasPrefix(s, "//") {
		if link && slices.Contains([]string{"http", "https", "mailto"}, strings.ToLower(u.Scheme)) {
			return address
		}
		return nil
	}
	if link && strings.HasSuffix(u.Path, ".md") {
		u.Path = htmlName(u.Path)
		return []byte(u.String())
	}
	return address
}

// File returns what is at a path of the site: a page as the HTML of its body, or a
// picture as it is, with its media type. Anything else is not there.
func (s *Site) File(name string) (body []byte, media string, err error) {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	if name == "" || name == "." {
		name = "index.html"
	}
	if rest, ok := strings.CutSuffix(name, ".html"); ok {
		for _, candidate := range []string{rest + ".md", path.Join(path.Dir(rest), "README.md")} {
			data, there := s.files[candidate]
			if !there || (candidate != rest+".md" && path.Base(rest) != "index") {
				continue
			}
			body, err = Render(data)
			return body, "text/html; charset=utf-8", err
		}
		return nil, "", wire.NotFound("the documentation has no page %s", name)
	}
	types := map[string]string{".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".svg": "image/svg+xml", ".webp": "image/webp"}
	media, known := types[strings.ToLower(path.Ext(name))]
	data, there := s.files[name]
	if !known || !there {
		if _, isDir := s.files[path.Join(name, "index.md")]; isDir {
			return s.File(path.Join(name, "index.html"))
		}
		return nil, "", wire.NotFound("the documentation has no file %s", name)
	}
	return data, media, nil
}
