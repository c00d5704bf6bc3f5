package report

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"codeberg.org/go-pdf/fpdf"
)

// The page: A4 in millimetres.
const (
	pageWidth, pageHeight = 210.0, 297.0
	marginSide, marginTop = 20.0, 20.0
	floorY                = pageHeight - 20
	textWidth             = pageWidth - 2*marginSide
	millimetresPerPoint   = 25.4 / 72
)

// face is how letters look: their size is in points, lead the distance of lines in
// millimetres.
type face struct {
	family, style string
	size, lead    float64
	tone          Tone
}

func plain() face  { return face{fontText, "", 10, 4.9, ToneInk} }
func mono() face   { return face{fontCode, "", 8, 4, ToneInk} }
func remark() face { return face{fontText, "", 9, 4.4, ToneSoft} }
func bold() face   { return face{fontText, "B", 10, 4.9, ToneInk} }

// PDF writes doc as A4 pages with an outline, numbers and text that can be searched.
func PDF(doc Document) ([]byte, error) {
	letters, err := newAlphabet()
	if err != nil {
		return nil, err
	}
	// The first pass finds out on which page each section begins, for the contents.
	first := newPaper(doc, letters, nil)
	first.write()
	second := newPaper(doc, letters, first)
	second.write()
	var out bytes.Buffer
	if err := second.f.Output(&out); err != nil {
		return nil, fmt.Errorf("write the report as PDF: %w", err)
	}
	return out.Bytes(), nil
}

// paper is one PDF in the making. y is where the next block begins.
type paper struct {
	f       *fpdf.Fpdf
	doc     Document
	letters *alphabet
	y       float64
	// links and pages are where the sections begin; pages of the pass before are known.
	links map[string]int
	pages map[string]int
	known map[string]int
	total int
}

// newPaper takes from the pass before, which may be nil, where the pages are.
func newPaper(doc Document, letters *alphabet, before *paper) *paper {
	f := fpdf.New("P", "mm", "A4", "")
	p := &paper{f: f, doc: doc, letters: letters, links: map[string]int{}, pages: map[string]int{}}
	if before != nil {
		p.known, p.total = before.pages, before.f.PageCount()
	}
	for _, file := range fontFiles() {
		f.AddUTF8FontFromBytes(file.family, file.style, file.data)
	}
	f.SetMargins(marginSide, marginTop, marginSide)
	f.SetAutoPageBreak(false, 0)
	f.SetCellMargin(0)
	f.SetCatalogSort(true)
	f.SetTitle(letters.fit(doc.Title), true)
	f.SetSubject(letters.fit(doc.Subtitle), true)
	f.SetAuthor(letters.fit(doc.Author), true)
	f.SetCreator("labbox", true)
	f.SetLang(doc.Lang)
	f.SetCreationDate(doc.Created)
	f.SetModificationDate(doc.Created)
	f.SetDisplayMode("fullwidth", "continuous")
	f.SetFooterFunc(p.footer)
	return p
}

// footer writes the title and the number of the page.
func (p *paper) footer() {
	const y = pageHeight - 11
	number := strings.NewReplacer("{0}", strconv.Itoa(p.f.PageNo()), "{1}", strconv.Itoa(p.total)).Replace(p.doc.Page)
	p.set(face{fontText, "", 8, 4, ToneSoft})
	p.f.Text(marginSide, y, p.letters.fit(p.doc.Title))
	p.f.Text(pageWidth-marginSide-p.f.GetStringWidth(number), y, number)
}

func (p *paper) write() {
	p.f.AddPage()
	p.cover()
	for _, s := range p.doc.Sections {
		p.section(s)
		for i, b := range s.Blocks {
			if h, ok := b.(Heading); ok && i+1 < len(s.Blocks) {
				p.heading(h, p.least(s.Blocks[i+1]))
				continue
			}
			p.block(b)
		}
	}
}

// cover is the first page: title, facts and contents.
func (p *paper) cover() {
	p.y = 42
	p.fill(ToneAccent)
	p.f.Rect(marginSide, 36, 1.6, 34, "F")
	p.lineOf(marginSide+7, "labbox", face{fontText, "B", 11, 9, ToneAccent})
	for _, line := range p.wrap(p.doc.Title, face{fontText, "B", 30, 13, ToneInk}, textWidth-7) {
		p.y += 3
		p.lineOf(marginSide+7, line, face{fontText, "B", 30, 11, ToneInk})
	}
	p.lineOf(marginSide+7, p.doc.Subtitle, face{fontText, "", 13, 8, ToneSoft})
	p.y = max(p.y, 70) + 10
	p.facts(p.doc.Cover)
	p.y += 8
	p.lineOf(marginSide, p.doc.Contents, face{fontText, "B", 13, 8, ToneInk})
	p.y += 1
	for _, s := range p.doc.Sections {
		p.links[s.ID] = p.f.AddLink()
		p.f.Link(marginSide, p.y-4.6, textWidth, 6.6, p.links[s.ID])
		number := ""
		if page, ok := p.known[s.ID]; ok {
			number = strconv.Itoa(page)
		}
		p.set(plain())
		p.f.Text(pageWidth-marginSide-p.f.GetStringWidth(number), p.y, number)
		p.lineOf(marginSide, s.Title, face{fontText, "", 10.5, 6.6, ToneInk})
	}
}

// section begins a section on a new page or, where there is room enough, beneath the
// one before.
func (p *paper) section(s Section) {
	if p.f.PageNo() == 1 || p.y > pageHeight*0.62 {
		p.page()
	} else {
		p.y += 12
	}
	p.pages[s.ID] = p.f.PageNo()
	p.f.SetLink(p.links[s.ID], max(0, p.y-12), -1)
	p.set(bold())
	p.f.Bookmark(p.letters.fit(s.Title), 0, max(0, p.y-12))
	p.y += 3
	for _, line := range p.wrap(s.Title, face{fontText, "B", 17, 8, ToneInk}, textWidth) {
		p.lineOf(marginSide, line, face{fontText, "B", 17, 8, ToneInk})
	}
	p.stroke(ToneInk, 0.4)
	p.f.Line(marginSide, p.y-4.4, pageWidth-marginSide, p.y-4.4)
	p.y += 3
}

// page begins a new page.
func (p *paper) page() {
	p.f.AddPage()
	p.y = marginTop + 4
}

// room begins a new page unless height fits on this one.
func (p *paper) room(height float64) {
	if p.y+height > floorY && p.y > marginTop+10 {
		p.page()
	}
}

func (p *paper) block(b Block) {
	switch b := b.(type) {
	case Heading:
		p.heading(b, 0)
	case Paragraph:
		look := plain()
		if b.Soft {
			look = remark()
		}
		p.text(marginSide, textWidth, b.Text, look)
		p.y += 2.2
	case List:
		p.list(b)
	case Table:
		p.table(b)
	case Figure:
		p.figure(b)
	case Facts:
		p.facts(b.Rows)
		p.y += 2.5
	case Quote:
		p.boxed(b.Text, plain())
	case Code:
		p.boxed(b.Text, mono())
	}
}

// heading stays on one page with the first of what follows, which is follows high.
func (p *paper) heading(h Heading, follows float64) {
	look := face{fontText, "B", 11.5, 5.6, ToneInk}
	lines := p.wrap(h.Text, look, textWidth-4)
	p.y += 2.5
	p.room(float64(len(lines))*look.lead + 3 + follows)
	p.set(bold())
	p.f.Bookmark(p.letters.fit(clip(h.Text, 90)), 1, max(0, p.y-6))
	x := marginSide
	if h.Tone != ToneNone {
		p.fill(h.Tone)
		p.f.Rect(marginSide, p.y-4, 1.2, float64(len(lines))*look.lead-0.4, "F")
		x += 4
	}
	for _, line := range lines {
		p.lineOf(x, line, look)
	}
	p.y += 0.8
}

// least is how much room a block takes before it can go on to another page.
func (p *paper) least(b Block) float64 {
	switch b := b.(type) {
	case Figure:
		return p.figureHeight(b)
	case Table:
		return p.tableStart(b)
	case Quote, Code:
		return 3*plain().lead + 4
	case Facts:
		return 3 * cellFace().lead
	}
	return 2 * plain().lead
}
