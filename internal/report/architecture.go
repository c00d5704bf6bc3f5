package report

import (
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// The grid of the picture: four columns, the first of which is the learner.
const (
	nodeWidth, nodeHeight = 172.0, 66.0
	firstX, firstY        = 176.0, 62.0
	stepX, stepY          = 212.0, 118.0
	letters, small        = 13.0, 11.0
)

// place is where a system stands in the picture.
type place struct {
	id, trend   string
	column, row float64
}

func places() []place {
	return []place{
		{"git", "gitops", 0, 0}, {"argocd", "gitops", 1, 0}, {"model", "mlops", 2, 0},
		{"idp", "platform", 0, 1}, {"mlflow", "mlops", 1, 1}, {"functions", "serverless", 2, 1},
		{"energy", "sustainability", 0, 2}, {"prometheus", "sustainability", 1, 2}, {"gateway", "serverless", 2, 2},
	}
}

func (p place) x() float64 { return firstX + p.column*stepX }
func (p place) y() float64 { return firstY + p.row*stepY }

// way is what moves between two systems, along points.
type way struct {
	from, to, label string
	points          []Point
	// x and y are where the label stands, anchored by anchor.
	x, y   float64
	anchor string
}

// The middles and edges of the grid's nodes.
func left(column float64) float64   { return firstX + column*stepX }
func right(column float64) float64  { return left(column) + nodeWidth }
func top(row float64) float64       { return firstY + row*stepY }
func bottom(row float64) float64    { return top(row) + nodeHeight }
func middle(row float64) float64    { return top(row) + nodeHeight/2 }
func across(column float64) float64 { return left(column) + nodeWidth/2 }

const (
	youLeft, youRight = 4.0, 118.0
	underRows         = 22.0 // how far the call runs beneath the last row
)

func ways() []way {
	horizontal := func(from, to string, x1, x2, y float64) way {
		return way{from: from, to: to, label: from + "-" + to, points: []Point{{x1, y}, {x2, y}}, x: (x1 + x2) / 2, y: y - 7, anchor: "middle"}
	}
	vertical := func(from, to string, x, y1, y2 float64) way {
		return way{from: from, to: to, label: from + "-" + to, points: []Point{{x, y1}, {x, y2}}, x: x + 7, y: (y1+y2)/2 + 4, anchor: "start"}
	}
	beside := func(w way) way { // at the left, for there is no room at the right
		w.x, w.anchor = w.x-14, "end"
		return w
	}
	under := bottom(2) + underRows
	return []way{
		horizontal("you", "git", youRight, left(0), middle(0)),
		horizontal("you", "idp", youRight, left(0), middle(1)),
		{"you", "gateway", "you-gateway", []Point{{61, bottom(1)}, {61, under}, {across(2), under}, {across(2), bottom(2)}}, left(1), under - 7, "start"},
		horizontal("git", "argocd", right(0), left(1), middle(0)),
		horizontal("argocd", "model", right(1), left(2), middle(0)),
		vertical("idp", "git", across(0), top(1), bottom(0)),
		{"mlflow", "model", "mlflow-model", []Point{{across(1), top(1)}, {across(1), top(1) - 26}, {left(2) + 32, top(1) - 26}, {left(2) + 32, bottom(0)}}, across(1) + 6, top(1) - 32, "start"},
		beside(vertical("functions", "model", left(2)+112, top(1), bottom(0))),
		beside(vertical("gateway", "functions", left(2)+112, top(2), bottom(1))),
		horizontal("gateway", "prometheus", left(2), right(1), middle(2)),
		horizontal("energy", "prometheus", right(0), left(1), middle(2)),
	}
}

// architecture draws the platform as it is in this lab: what is not there is not in
// the picture, and what is not ready has a dashed frame.
func (t Texts) architecture(p platform) Drawing {
	frameTop, floor := 12.0, bottom(2)+underRows+18
	height := floor + 90
	if len(p.modules) > 0 {
		height += 42
	}
	d := Drawing{ID: "architecture", Width: firstX + 2*stepX + nodeWidth + 20, Height: height, Alt: t.describe(p)}
	d.box(Shape{X: 140, Y: frameTop, W: d.Width - 142, H: height - frameTop - 2, Radius: 14, Fill: ToneWash, Stroke: ToneLine})
	d.words(Shape{X: 154, Y: frameTop + 22, Text: t.text("picture.sandbox"), Size: small, Fill: ToneSoft})
	for _, w := range ways() {
		if !p.has(w.from, w.to) {
			continue
		}
		d.arrow(w.points...)
		d.words(Shape{X: w.x, Y: w.y, Text: t.text("picture." + w.label), Size: small, Fill: ToneSoft, Anchor: w.anchor})
	}
	d.box(Shape{X: youLeft, Y: top(0), W: youRight - youLeft, H: bottom(1) - top(0), Radius: 10, Fill: TonePanel, Stroke: ToneAccent})
	for i, line := range strings.Split(t.text("picture.you"), "\n") {
		d.words(Shape{X: (youLeft + youRight) / 2, Y: middle(0) + 24 + float64(i)*19, Text: line, Size: pick(i == 0, letters+1, small+0.5), Bold: i == 0,
			Fill: pick(i == 0, ToneInk, ToneSoft), Anchor: "middle"})
	}
	for _, at := range places() {
		if p.has(at.id) {
			t.drawNode(&d, p, at)
		}
	}
	t.drawFloor(&d, p, floor)
	return d
}

// drawNode draws one system with its version.
func (t Texts) drawNode(d *Drawing, p platform, at place) {
	name, second, ready := t.node(p, at.id)
	d.box(Shape{X: at.x(), Y: at.y(), W: nodeWidth, H: nodeHeight, Radius: 10, Fill: TonePanel, Stroke: trendTone(at.trend), Dashed: !ready})
	d.words(Shape{X: at.x() + 12, Y: at.y() + 27, Text: name, Size: letters, Bold: true})
	if !ready {
		second += ", " + t.text("notready")
	}
	d.words(Shape{X: at.x() + 12, Y: at.y() + 49, Text: second, Size: small, Fill: ToneSoft})
}

// node is what is written on a system: its name, and its version or how many there are.
func (t Texts) node(p platform, id string) (name, second string, ready bool) {
	name = t.text("tool." + id)
	switch id {
	case "functions":
		return name, t.text("picture.functions", len(p.functions)), true
	case "model":
		return name, t.text("picture.models", len(p.models)), readyOnes(p.models) == len(p.models)
	}
	c := p.found[id]
	return name, t.version(c.Version), c.Ready
}

// drawFloor draws what all of it stands on, and the modules of other authors.
func (t Texts) drawFloor(d *Drawing, p platform, y float64) {
	x, width := 154.0, d.Width-170
	if len(p.modules) > 0 {
		var names []string
		for _, m := range p.modules {
			names = append(names, m.Name)
		}
		d.box(Shape{X: x, Y: y, W: width, H: 32, Radius: 8, Fill: TonePanel, Stroke: ToneAccent})
		d.words(Shape{X: x + 12, Y: y + 21, Text: clip(t.text("picture.modules", strings.Join(names, ", ")), 100), Size: small + 1})
		y += 42
	}
	if len(p.cluster) == 0 {
		return
	}
	d.box(Shape{X: x, Y: y, W: width, H: 68, Radius: 10, Fill: TonePanel, Stroke: ToneInk})
	d.words(Shape{X: x + 12, Y: y + 22, Text: "Kubernetes " + p.version(), Size: letters, Bold: true})
	var names []string
	for _, c := range p.cluster {
		names = append(names, c.Name)
	}
	half := (len(names) + 1) / 2
	for i, some := range [][]string{names[:half], names[half:]} {
		d.words(Shape{X: x + 12, Y: y + 41 + float64(i)*16, Text: clip(strings.Join(some, " · "), 100), Size: small, Fill: ToneSoft})
	}
}

// describe says in words what the picture shows.
func (t Texts) describe(p platform) string {
	var said []string
	for _, w := range ways() {
		if p.has(w.from, w.to) {
			said = append(said, t.text("picture.say", t.text("tool."+w.from), t.text("tool."+w.to), t.text("picture."+w.label)))
		}
	}
	if len(said) == 0 {
		return t.text("picture.empty")
	}
	return strings.Join(said, "; ") + "."
}

// version writes a version; what comes with labbox itself has labbox' own.
func (t Texts) version(version string) string {
	switch version {
	case "":
		return t.text("version.none")
	case "dev":
		return t.text("version.own")
	}
	return version
}

func readyOnes(components []lab.Component) (count int) {
	for _, c := range components {
		if c.Ready {
			count++
		}
	}
	return count
}

func pick[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

// clip shortens text to at most most runes.
func clip(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
