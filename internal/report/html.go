package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"slices"
	"strings"
)

//go:embed report.html
var htmlPage string

//go:embed report.css
var htmlStyle string

// Policy is the content security policy of the HTML: its own style sheet, known by
// its hash, and nothing else. It stands in the page, too.
func Policy() string {
	sum := sha256.Sum256([]byte(htmlStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

// htmlView is what the page's template is given.
type htmlView struct {
	Document
	Policy string
	Style  template.CSS
}

// HTML writes doc as one page that needs no other file and no network, runs no
// script, and prints well.
func HTML(doc Document) ([]byte, error) {
	page, err := template.New("report").Funcs(template.FuncMap{
		"kind":  func(b Block) string { return strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", b), "report.")) },
		"lines": func(s string) []string { return strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") },
		"path":  svgPath, "head": svgHead, "join": func(list []string) string { return strings.Join(list, ", ") }, "num": svgNumber,
		"share": func(t Table, column int) string { return svgNumber(100*t.share(column)) + "%" },
	}).Parse(htmlPage)
	if err != nil {
		return nil, fmt.Errorf("read the report's page: %w", err)
	}
	var out bytes.Buffer
	if err := page.Execute(&out, htmlView{doc, Policy(), template.CSS(htmlStyle)}); err != nil {
		return nil, fmt.Errorf("write the report as HTML: %w", err)
	}
	return out.Bytes(), nil
}

// share is a column's part of the width; the shares come to 1.
func (t Table) share(column int) float64 {
	sum := 0.0
	for _, w := range t.Widths {
		sum += w
	}
	return t.Widths[column] / sum
}

func svgNumber(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", v), "0"), ".")
}

func svgPoints(points []Point) string {
	var out []string
	for _, p := range points {
		out = append(out, svgNumber(p.X)+" "+svgNumber(p.Y))
	}
	return strings.Join(out, "L")
}

// svgPath is a line, up to where its arrow's head begins.
func svgPath(s Shape) string {
	points := slices.Clone(s.Points)
	if s.Arrow {
		points[len(points)-1] = s.neck()
	}
	return "M" + svgPoints(points)
}

func svgHead(s Shape) string {
	head := s.arrowHead()
	return "M" + svgPoints(head[:]) + "Z"
}
