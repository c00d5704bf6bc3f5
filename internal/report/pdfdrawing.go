package report

import "codeberg.org/go-pdf/fpdf"

// figure draws a picture over the whole width, with its caption on the same page.
func (p *paper) figure(fig Figure) {
	d := fig.Drawing
	scale := textWidth / d.Width
	caption := p.wrap(fig.Caption, remark(), textWidth)
	p.room(p.figureHeight(fig))
	origin := Point{marginSide, p.y - 2}
	for _, s := range d.Shapes {
		p.shape(s, origin, scale)
	}
	p.y += d.Height*scale + 4
	for _, line := range caption {
		p.lineOf(marginSide, line, remark())
	}
	p.y += 3
}

// figureHeight is the height of a picture and its caption.
func (p *paper) figureHeight(fig Figure) float64 {
	caption := p.wrap(fig.Caption, remark(), textWidth)
	return fig.Drawing.Height*textWidth/fig.Drawing.Width + float64(len(caption))*remark().lead + 6
}

func (p *paper) shape(s Shape, origin Point, scale float64) {
	at := func(q Point) fpdf.PointType {
		return fpdf.PointType{X: origin.X + q.X*scale, Y: origin.Y + q.Y*scale}
	}
	switch s.Kind {
	case ShapeBox:
		p.shapeBox(s, at(Point{s.X, s.Y}), scale)
	case ShapeLine:
		p.shapeLine(s, at)
	case ShapeWords:
		p.shapeWords(s, at(Point{s.X, s.Y}), scale)
	}
}

func (p *paper) shapeBox(s Shape, at fpdf.PointType, scale float64) {
	style := ""
	if s.Fill != ToneNone {
		style = "F"
		p.fill(s.Fill)
	}
	if s.Stroke != ToneNone {
		style += "D"
		p.stroke(s.Stroke, 0.35)
	}
	if s.Dashed {
		p.f.SetDashPattern([]float64{1.4, 1}, 0)
		defer p.f.SetDashPattern(nil, 0)
	}
	if s.Radius > 0 {
		p.f.RoundedRect(at.X, at.Y, s.W*scale, s.H*scale, s.Radius*scale, "1234", style)
		return
	}
	p.f.Rect(at.X, at.Y, s.W*scale, s.H*scale, style)
}

func (p *paper) shapeLine(s Shape, at func(Point) fpdf.PointType) {
	p.stroke(s.Stroke, 0.3)
	points := s.Points
	for i := 1; i < len(points); i++ {
		from, to := at(points[i-1]), at(points[i])
		if s.Arrow && i == len(points)-1 {
			to = at(s.neck())
		}
		p.f.Line(from.X, from.Y, to.X, to.Y)
	}
	if s.Arrow {
		head := s.arrowHead()
		p.fill(s.Stroke)
		p.f.Polygon([]fpdf.PointType{at(head[0]), at(head[1]), at(head[2])}, "F")
	}
}

func (p *paper) shapeWords(s Shape, at fpdf.PointType, scale float64) {
	look := face{family: fontText, size: s.Size * scale / millimetresPerPoint, tone: s.Fill}
	if s.Bold {
		look.style = "B"
	}
	p.set(look)
	text := p.letters.fit(s.Text)
	switch width := p.f.GetStringWidth(text); s.Anchor {
	case "middle":
		at.X -= width / 2
	case "end":
		at.X -= width
	}
	p.f.Text(at.X, at.Y, text)
}
