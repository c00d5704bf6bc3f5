package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"strings"
	"sync"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// proseAge is how long a rendered text is kept; an author who changes a picture sees
// it after that.
const proseAge = 3 * time.Second

// proseKept is how many rendered texts are kept at most.
const proseKept = 512

// prose renders Markdown in one language. Raw HTML in it is left out. It is safe for
// concurrent use.
type prose struct {
	texts  *catalogue
	assets *assets
	parser parser.Parser

	mu   sync.Mutex
	done map[[sha256.Size]byte]proseDone
}

// proseDone is a rendered text and since when it is kept.
type proseDone struct {
	html template.HTML
	at   time.Time
}

func newProse(c *catalogue, a *assets) *prose {
	return &prose{
		texts: c, assets: a, done: map[[sha256.Size]byte]proseDone{},
		parser: goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough)).Parser(),
	}
}

// pictureBy returns a picture of a text, already cleaned.
type pictureBy func(name string) (string, error)

// html renders source; pictures, which may be nil, has those it names. key tells
// sources apart that have different pictures.
func (p *prose) html(key, source string, pictures pictureBy) (template.HTML, error) {
	if strings.TrimSpace(source) == "" {
		return "", nil
	}
	sum := sha256.Sum256([]byte(key + "\x00" + source))
	p.mu.Lock()
	known, ok := p.done[sum]
	p.mu.Unlock()
	if ok && time.Since(known.at) < proseAge {
		return known.html, nil
	}
	fresh, err := p.render(hex.EncodeToString(sum[:3]), source, pictures)
	if err != nil {
		return "", fmt.Errorf("render text: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.done) >= proseKept {
		clear(p.done)
	}
	p.done[sum] = proseDone{fresh, time.Now()}
	return fresh, nil
}

func (p *prose) render(prefix, source string, pictures pictureBy) (template.HTML, error) {
	var out bytes.Buffer
	data := []byte(source)
	own := &proseNodes{prose: p, pictures: pictures, prefix: "p" + prefix}
	r := renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(own, 100),
		util.Prioritized(extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(html.NewRenderer(), 1000),
	))
	if err := r.Render(&out, data, p.parser.Parse(text.NewReader(data))); err != nil {
		return "", err
	}
	return template.HTML(out.String()), nil //nolint:gosec // made by renderers that escape
}

// proseNodes render what the dashboard shows in its own way.
type proseNodes struct {
	prose    *prose
	pictures pictureBy
	prefix   string
	count    int
}

// RegisterFuncs implements renderer.NodeRenderer.
func (n *proseNodes) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHeading, n.heading)
	r.Register(ast.KindFencedCodeBlock, n.code)
	r.Register(ast.KindCodeBlock, n.code)
	r.Register(ast.KindLink, n.link)
	r.Register(ast.KindAutoLink, n.autoLink)
	r.Register(ast.KindImage, n.image)
	r.Register(ast.KindHTMLBlock, nothing)
	r.Register(ast.KindRawHTML, nothing)
	r.Register(east.KindTable, table)
}

func nothing(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) {
	return ast.WalkSkipChildren, nil
}

// heading begins at h3: the page has the levels above.
func (n *proseNodes) heading(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	level := min(6, max(3, node.(*ast.Heading).Level))
	if entering {
		_, _ = fmt.Fprintf(w, "<h%d>", level)
	} else {
		_, _ = fmt.Fprintf(w, "</h%d>\n", level)
	}
	return ast.WalkContinue, nil
}

func (n *proseNodes) code(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	language := ""
	if fenced, ok := node.(*ast.FencedCodeBlock); ok {
		language = string(fenced.Language(source))
	}
	_, _ = w.WriteString(string(n.prose.code(language, string(node.Lines().Value(source)))))
	return ast.WalkSkipChildren, nil
}

func (n *proseNodes) link(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	return writeLink(w, node.(*ast.Link).Destination, entering), nil
}

func (n *proseNodes) autoLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	link := node.(*ast.AutoLink)
	writeLink(w, link.URL(source), true)
	_, _ = w.Write(util.EscapeHTML(link.Label(source)))
	writeLink(w, link.URL(source), false)
	return ast.WalkContinue, nil
}

// writeLink opens or closes a link to a page of the web or of the dashboard; of any
// other only the words are left.
func writeLink(w util.BufWriter, target []byte, entering bool) ast.WalkStatus {
	to := string(target)
	outside := strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "http://")
	if !outside && !strings.HasPrefix(to, "#") && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//")) {
		return ast.WalkContinue
	}
	if !entering {
		_, _ = w.WriteString("</a>")
		return ast.WalkContinue
	}
	_, _ = fmt.Fprintf(w, `<a href="%s"`, util.EscapeHTML(util.URLEscape(target, true)))
	if outside {
		_, _ = w.WriteString(` target="_blank" rel="noopener noreferrer"`)
	}
	_, _ = w.WriteString(">")
	return ast.WalkContinue
}

// image draws the picture in place, so that it has the colours of the theme. One
// that cannot be had is told by its words.
func (n *proseNodes) image(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	name, words := string(node.(*ast.Image).Destination), plainText(node, source)
	if n.pictures != nil {
		if svg, err := n.pictures(name); err == nil {
			n.count++
			svg = strings.ReplaceAll(svg, picturePrefix, fmt.Sprintf("%s-%d-", n.prefix, n.count))
			_, _ = fmt.Fprintf(w, `<span class="picture" role="img" tabindex="0" aria-label="%s">%s</span>`, util.EscapeHTML(words), svg)
			return ast.WalkSkipChildren, nil
		}
	}
	_, _ = fmt.Fprintf(w, `<em class="picture-lost">%s</em>`, util.EscapeHTML(words))
	return ast.WalkSkipChildren, nil
}

// picturePrefix stands in cleaned pictures for what makes their names unique on a
// page; it is replaced for each place.
const picturePrefix = "labbox-picture-prefix-"

// plainText are the words in node.
func plainText(node ast.Node, source []byte) []byte {
	var out bytes.Buffer
	_ = ast.Walk(node, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch t := n.(type) {
		case *ast.Text:
			if entering {
				out.Write(t.Segment.Value(source))
			}
		case *ast.String:
			if entering {
				out.Write(t.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return out.Bytes()
}

// table scrolls by itself where it is wider than the page.
func table(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(`<div class="table-scroll" tabindex="0"><table class="prose-table">` + "\n")
	} else {
		_, _ = w.WriteString("</table></div>\n")
	}
	return ast.WalkContinue, nil
}
