package report

// Tone names a colour; each writer knows what it looks like.
type Tone string

// The tones. Those of trends have the trend's name.
const (
	ToneNone   Tone = ""
	ToneInk    Tone = "ink"
	ToneSoft   Tone = "soft"
	ToneLine   Tone = "line"
	TonePanel  Tone = "panel"
	ToneWash   Tone = "wash"
	ToneAccent Tone = "accent"
)

// trendTone is the tone of a trend; a trend of another author has the accent's.
func trendTone(trend string) Tone {
	for _, known := range trends() {
		if trend == known {
			return Tone(trend)
		}
	}
	return ToneAccent
}

// Drawing is a picture made of shapes, drawn in order. Y grows downward.
type Drawing struct {
	// ID is unique in the document.
	ID            string
	Width, Height float64
	// Alt says the same in words.
	Alt    string
	Shapes []Shape
}

// Shape is a box, a line or a line of words; Kind says which fields count.
type Shape struct {
	Kind ShapeKind
	// X, Y, W, H and Radius are a box's; words stand at X on the base line Y.
	X, Y, W, H, Radius float64
	Fill, Stroke       Tone
	Dashed             bool
	// Points are a line's; Arrow puts a head at the last one.
	Points []Point
	Arrow  bool
	Text   string
	// Size is the height of the letters.
	Size float64
	Bold bool
	// Anchor is start, middle or end.
	Anchor string
}

// ShapeKind tells shapes apart.
type ShapeKind string

// The kinds of shapes.
const (
	ShapeBox   ShapeKind = "box"
	ShapeLine  ShapeKind = "line"
	ShapeWords ShapeKind = "words"
)

// Point is a point of a line.
type Point struct{ X, Y float64 }

// arrowHead returns the corners of the head at the end of a line that has at least
// two points; its lines run along the axes.
func (s Shape) arrowHead() [3]Point {
	const long, half = 8.0, 3.6
	tip, before := s.Points[len(s.Points)-1], s.Points[len(s.Points)-2]
	switch {
	case tip.X > before.X:
		return [3]Point{tip, {tip.X - long, tip.Y - half}, {tip.X - long, tip.Y + half}}
	case tip.X < before.X:
		return [3]Point{tip, {tip.X + long, tip.Y - half}, {tip.X + long, tip.Y + half}}
	case tip.Y > before.Y:
		return [3]Point{tip, {tip.X - half, tip.Y - long}, {tip.X + half, tip.Y - long}}
	}
	return [3]Point{tip, {tip.X - half, tip.Y + long}, {tip.X + half, tip.Y + long}}
}

func (d *Drawing) box(s Shape) {
	s.Kind = ShapeBox
	d.Shapes = append(d.Shapes, s)
}

func (d *Drawing) arrow(points ...Point) {
	d.Shapes = append(d.Shapes, Shape{Kind: ShapeLine, Points: points, Arrow: true, Stroke: ToneSoft})
}

func (d *Drawing) words(s Shape) {
	s.Kind = ShapeWords
	if s.Anchor == "" {
		s.Anchor = "start"
	}
	if s.Fill == ToneNone {
		s.Fill = ToneInk
	}
	d.Shapes = append(d.Shapes, s)
}

// neck is the middle of the head's back: the line ends there.
func (s Shape) neck() Point {
	head := s.arrowHead()
	return Point{(head[1].X + head[2].X) / 2, (head[1].Y + head[2].Y) / 2}
}
