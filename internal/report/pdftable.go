package report

// Cells of tables.
const (
	cellGap  = 3.0 // between columns
	cellPad  = 1.5 // above and beneath
	markSize = 2.2
	markRoom = 3.6
)

func cellFace() face { return face{fontText, "", 9, 4.3, ToneInk} }

// cells is a row of a table, broken into lines.
type cells struct {
	words []Words
	lines [][]string
}

// most is how many lines the longest cell has.
func (c cells) most() (count int) {
	for _, lines := range c.lines {
		count = max(count, len(lines))
	}
	return count
}

// columns returns where the columns begin and how wide they are.
func (t Table) columns() (xs, widths []float64) {
	x := marginSide
	free := textWidth - cellGap*float64(len(t.Head)-1)
	for i := range t.Head {
		w := free * t.share(i)
		xs, widths = append(xs, x), append(widths, w)
		x += w + cellGap
	}
	return xs, widths
}

// table writes rows over as many pages as it takes, the head again on each.
func (p *paper) table(t Table) {
	head := p.breakRow(t, headWords(t.Head), headFace())
	p.room(p.tableStart(t))
	p.headRow(t, head)
	for _, row := range t.Rows {
		p.tableRow(t, head, p.breakRow(t, row, cellFace()))
	}
	p.y += 4
}

// tableStart is the height of a table's head and first row; of a row that is very
// high it counts a part, for that is cut.
func (p *paper) tableStart(t Table) float64 {
	head := p.breakRow(t, headWords(t.Head), headFace())
	height := float64(head.most())*headFace().lead + 3*cellPad
	if len(t.Rows) > 0 {
		first := p.breakRow(t, t.Rows[0], cellFace())
		height += min(float64(first.most())*cellFace().lead+2*cellPad, (floorY-marginTop)/2)
	}
	return height
}

func headFace() face { return face{fontText, "B", 8.5, 4.2, ToneSoft} }

func headWords(head []string) []Words {
	var out []Words
	for _, h := range head {
		out = append(out, words(h))
	}
	return out
}

func (p *paper) breakRow(t Table, row []Words, look face) cells {
	_, widths := t.columns()
	c := cells{words: row}
	for i, w := range row {
		width := widths[i]
		if w.Mark != "" {
			width -= markRoom
		}
		c.lines = append(c.lines, p.wrap(w.Text, p.faceOf(w, look), width))
	}
	return c
}

func (p *paper) headRow(t Table, head cells) {
	p.rowLines(t, head, headFace())
	p.stroke(ToneSoft, 0.3)
	p.f.Line(marginSide, p.y-3.2, pageWidth-marginSide, p.y-3.2)
	p.y += cellPad
}

// tableRow writes a row; one that is higher than what is left of a page goes on to the
// next page, and one that is higher than a page is cut.
func (p *paper) tableRow(t Table, head, row cells) {
	look := cellFace()
	height := float64(row.most())*look.lead + 2*cellPad
	whole := floorY - marginTop - 20
	if p.y+height > floorY && height < whole {
		p.page()
		p.headRow(t, head)
	}
	for row.most() > 0 {
		fit := max(1, int((floorY-p.y)/look.lead))
		var now cells
		now, row = row.cut(fit)
		p.rowLines(t, now, look)
		if row.most() > 0 {
			p.page()
			p.headRow(t, head)
		}
	}
	p.stroke(ToneLine, 0.2)
	p.f.Line(marginSide, p.y-3.2+cellPad-0.8, pageWidth-marginSide, p.y-3.2+cellPad-0.8)
	p.y += 2*cellPad - 0.6
}

// cut divides a row after count lines; the marks stay with the first part.
func (c cells) cut(count int) (now, rest cells) {
	for i, lines := range c.lines {
		at := min(count, len(lines))
		now.lines, rest.lines = append(now.lines, lines[:at]), append(rest.lines, lines[at:])
		after := c.words[i]
		after.Mark = ""
		now.words, rest.words = append(now.words, c.words[i]), append(rest.words, after)
	}
	return now, rest
}

func (p *paper) rowLines(t Table, row cells, look face) {
	xs, _ := t.columns()
	for i, lines := range row.lines {
		for n, line := range lines {
			x, y := xs[i], p.y+float64(n)*look.lead
			if row.words[i].Mark != "" {
				if n == 0 {
					p.mark(row.words[i].Mark, x, y-markSize)
				}
				x += markRoom
			}
			p.set(p.faceOf(row.words[i], look))
			p.cellLine(Point{x, y}, line, row.words[i].URL)
		}
	}
	p.y += float64(row.most()) * look.lead
}

// mark draws a sign whose upper left corner is x, y: full, half, empty, or a rhombus.
func (p *paper) mark(m Mark, x, y float64) {
	const r = markSize / 2
	switch m {
	case MarkDone:
		p.fill("sustainability")
		p.f.Circle(x+r, y+r, r, "F")
	case MarkBegun:
		p.fill("serverless")
		p.stroke("serverless", 0.3)
		p.f.Circle(x+r, y+r, r-0.15, "D")
		p.f.Arc(x+r, y+r, r-0.15, r-0.15, 0, 90, 270, "F")
	case MarkBad:
		p.fill("bad")
		p.f.MoveTo(x+r, y)
		p.f.LineTo(x+markSize, y+r)
		p.f.LineTo(x+r, y+markSize)
		p.f.LineTo(x, y+r)
		p.f.ClosePath()
		p.f.DrawPath("F")
	case MarkOpen:
		p.stroke(ToneSoft, 0.3)
		p.f.Circle(x+r, y+r, r-0.15, "D")
	}
}

// facts writes names and values as a table without a head.
func (p *paper) facts(rows []Fact) {
	t := Table{Head: []string{"", ""}, Widths: []float64{4, 9}}
	look := cellFace()
	look.size, look.lead = 9.5, 4.5
	p.room(look.lead * 2)
	for _, row := range rows {
		p.factRow(t, row, look)
	}
	p.y += 1
}

func (p *paper) factRow(t Table, row Fact, look face) {
	name := look
	name.tone = ToneSoft
	c := p.breakRow(t, []Words{words(row.Label), row.Value}, look)
	if height := float64(c.most())*look.lead + cellPad; p.y+height > floorY && height < floorY-marginTop-20 {
		p.page()
	}
	for c.most() > 0 {
		var now cells
		now, c = c.cut(max(1, int((floorY-p.y)/look.lead)))
		begin := p.y
		p.rowLines(t, cells{now.words[:1], now.lines[:1]}, name)
		after := p.y
		p.y = begin
		p.rowLines(t, cells{[]Words{{}, now.words[1]}, [][]string{nil, now.lines[1]}}, look)
		p.y = max(p.y, after)
		if c.most() > 0 {
			p.page()
		}
	}
	p.stroke(ToneLine, 0.2)
	p.f.Line(marginSide, p.y-3, pageWidth-marginSide, p.y-3)
	p.y += cellPad
}
