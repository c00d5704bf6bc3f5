package web

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// svgLimit is the largest picture that is drawn.
const svgLimit = 256 << 10

// svgElements may be in a picture. What is not named is left out with all in it, but
// for svgSkins, which are left out and their content kept.
const (
	svgElements = ` svg g path rect circle ellipse line polyline polygon text tspan defs marker ` +
		`linearGradient radialGradient stop clipPath symbol use `
	svgSkins      = ` a switch `
	svgAttributes = ` d x y x1 y1 x2 y2 cx cy r rx ry dx dy width height points transform viewBox preserveAspectRatio ` +
		`fill fill-opacity fill-rule clip-rule opacity stroke stroke-width stroke-linecap stroke-linejoin stroke-dasharray ` +
		`stroke-dashoffset stroke-opacity stroke-miterlimit font-size font-weight font-style font-family text-anchor ` +
		`dominant-baseline alignment-baseline letter-spacing textLength lengthAdjust rotate pathLength marker-start marker-mid ` +
		`marker-end markerWidth markerHeight markerUnits refX refY orient offset stop-color stop-opacity gradientUnits ` +
		`gradientTransform spreadMethod fx fy clip-path clipPathUnits vector-effect paint-order color `
	svgClasses = ` accent muted good bad `
)

var (
	svgReference = regexp.MustCompile(`^url\(\s*['"]?#([\w.-]+)['"]?\s*\)$`)
	svgName      = regexp.MustCompile(`^[\w.-]+$`)
)

// listed says whether word is one of list, whose words stand between spaces.
func listed(list, word string) bool {
	return word != "" && !strings.Contains(word, " ") && strings.Contains(list, " "+word+" ")
}

// cleanSVG returns what of a picture can be put into a page: shapes, words and their
// looks, and nothing that runs, loads or links. Names in it get prefix, so that two
// pictures on a page do not meddle with one another. Classes become "pic-<class>".
func cleanSVG(data []byte, prefix string) (string, error) {
	if len(data) > svgLimit {
		return "", lab.Errorf(lab.CodeNotFound, "make the picture simpler", "the picture is larger than %d KiB", svgLimit>>10)
	}
	w := &svgWriter{prefix: prefix}
	in := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", fmt.Errorf("read picture: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if !listed(svgElements, t.Name.Local) && !listed(svgSkins, t.Name.Local) || w.depth() > 60 {
				if err := in.Skip(); err != nil {
					return "", fmt.Errorf("read picture: %w", err)
				}
				continue
			}
			w.open(t)
		case xml.EndElement:
			w.close()
		case xml.CharData:
			w.text(t)
		}
	}
	if !strings.HasPrefix(w.out.String(), "<svg") {
		return "", lab.Errorf(lab.CodeNotFound, "a picture is an SVG file", "the picture has no svg element")
	}
	return w.out.String(), nil
}

type svgWriter struct {
	prefix string
	out    bytes.Buffer
	stack  []string
}

func (w *svgWriter) depth() int { return len(w.stack) }

func (w *svgWriter) open(e xml.StartElement) {
	root := len(w.stack) == 0
	if listed(svgSkins, e.Name.Local) || root != (e.Name.Local == "svg") {
		w.stack = append(w.stack, "") // its content only
		return
	}
	w.stack = append(w.stack, e.Name.Local)
	w.out.WriteString("<" + e.Name.Local)
	if root {
		w.root(e.Attr)
	}
	for _, attr := range e.Attr {
		if root && slices.Contains([]string{"width", "height", "x", "y", "viewBox", "class"}, attr.Name.Local) {
			continue
		}
		w.attribute(attr)
	}
	w.out.WriteByte('>')
}

// root writes what every picture has: it scales, its shapes take the text's colour,
// and the words for who cannot see it stand beside it.
func (w *svgWriter) root(attrs []xml.Attr) {
	value := func(name string) string {
		for _, a := range attrs {
			if a.Name.Local == name {
				return strings.TrimSuffix(strings.TrimSpace(a.Value), "px")
			}
		}
		return ""
	}
	box := value("viewBox")
	if box == "" && value("width") != "" && value("height") != "" {
		box = "0 0 " + value("width") + " " + value("height")
	}
	w.write("xmlns", "http://www.w3.org/2000/svg")
	w.write("class", "picture-svg")
	w.write("viewBox", orDefault(box, "0 0 720 360"))
	w.write("aria-hidden", "true")
	w.write("focusable", "false")
	if value("fill") == "" {
		w.write("fill", "currentColor")
	}
}

func (w *svgWriter) attribute(a xml.Attr) {
	name, value := a.Name.Local, strings.TrimSpace(a.Value)
	switch {
	case name == "id" && svgName.MatchString(value):
		w.write(name, w.prefix+value)
	case name == "href" && strings.HasPrefix(value, "#") && svgName.MatchString(value[1:]):
		w.write(name, "#"+w.prefix+value[1:])
	case name == "class":
		var known []string
		for class := range strings.FieldsSeq(value) {
			if listed(svgClasses, class) {
				known = append(known, "pic-"+class)
			}
		}
		if known != nil {
			w.write(name, strings.Join(known, " "))
		}
	case !listed(svgAttributes, name) || a.Name.Space != "":
	case strings.Contains(strings.ToLower(value), "url("):
		if found := svgReference.FindStringSubmatch(value); found != nil {
			w.write(name, "url(#"+w.prefix+found[1]+")")
		}
	default:
		w.write(name, value)
	}
}

func (w *svgWriter) write(name, value string) {
	w.out.WriteString(" " + name + `="`)
	_ = xml.EscapeText(&w.out, []byte(value)) // a buffer does not fail
	w.out.WriteByte('"')
}

func (w *svgWriter) close() {
	if len(w.stack) == 0 {
		return
	}
	name := w.stack[len(w.stack)-1]
	w.stack = w.stack[:len(w.stack)-1]
	if name != "" {
		w.out.WriteString("</" + name + ">")
	}
}

func (w *svgWriter) text(text xml.CharData) {
	if len(w.stack) > 0 && w.stack[0] == "svg" {
		_ = xml.EscapeText(&w.out, text)
	}
}
