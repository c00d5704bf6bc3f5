package report

import (
	"strings"
	"unicode"
)

// rgb is what a tone looks like on paper.
func rgb(tone Tone) (r, g, b int) {
	colours := map[Tone][3]int{
		ToneInk: {20, 25, 27}, ToneSoft: {77, 88, 92}, ToneLine: {205, 212, 205}, TonePanel: {255, 255, 255},
		ToneWash: {242, 245, 242}, ToneAccent: {10, 107, 92}, "gitops": {180, 73, 29}, "platform": {31, 95, 191},
		"mlops": {122, 63, 176}, "serverless": {138, 97, 0}, "sustainability": {44, 122, 44}, "bad": {179, 37, 29},
	}
	c := colours[tone]
	return c[0], c[1], c[2]
}

func (p *paper) fill(tone Tone) { p.f.SetFillColor(rgb(tone)) }

func (p *paper) stroke(tone Tone, width float64) {
	p.f.SetDrawColor(rgb(tone))
	p.f.SetLineWidth(width)
}

func (p *paper) set(look face) {
	p.f.SetFont(look.family, look.style, look.size)
	p.f.SetTextColor(rgb(look.tone))
}

// lineOf writes one line at x and goes on to the next.
func (p *paper) lineOf(x float64, line string, look face) {
	p.set(look)
	p.f.Text(x, p.y, p.letters.fit(line))
	p.y += look.lead
}

// text writes lines of at most width, over as many pages as it takes.
func (p *paper) text(x, width float64, text string, look face) {
	for _, line := range p.wrap(text, look, width) {
		p.room(look.lead)
		p.lineOf(x, line, look)
	}
}

// wrap breaks text into lines of at most width; words longer than that are broken.
func (p *paper) wrap(text string, look face, width float64) []string {
	p.set(look)
	var out []string
	for line := range strings.SplitSeq(p.letters.fit(text), "\n") {
		out = append(out, p.wrapLine(line, width)...)
	}
	return out
}

func (p *paper) wrapLine(text string, width float64) []string {
	var out []string
	line := ""
	for _, word := range splitWords(text) {
		if p.f.GetStringWidth(strings.TrimRight(line+word, " ")) <= width {
			line += word
			continue
		}
		if strings.TrimSpace(line) != "" {
			out = append(out, strings.TrimRight(line, " "))
		}
		for line = strings.TrimLeft(word, " "); p.f.GetStringWidth(strings.TrimRight(line, " ")) > width; {
			fits := p.fitting(line, width)
			out, line = append(out, line[:fits]), line[fits:]
		}
	}
	return append(out, strings.TrimRight(line, " "))
}

// fitting is how many bytes of a long word fit into width; one letter at least.
func (p *paper) fitting(word string, width float64) int {
	used := 0.0
	for i, r := range word {
		w := p.f.GetStringWidth(string(r))
		if i > 0 && used+w > width {
			return i
		}
		used += w
	}
	return len(word)
}

// splitWords cuts behind spaces and behind the signs that long names may be broken at;
// nothing is lost.
func splitWords(text string) []string {
	var out []string
	start := 0
	runes := []rune(text)
	for i, r := range runes {
		last := i+1 == len(runes)
		next := ' '
		if !last {
			next = runes[i+1]
		}
		behindSpace := r == ' ' && next != ' '
		behindSign := strings.ContainsRune("/,;", r) && !unicode.IsSpace(next) && !strings.ContainsRune("/,;", next)
		if last || behindSpace || behindSign {
			out = append(out, string(runes[start:i+1]))
			start = i + 1
		}
	}
	return out
}

// boxed writes lines on a tinted ground with a bar at the left, over as many pages as
// it takes.
func (p *paper) boxed(text string, look face) {
	lines := p.wrap(strings.TrimRight(text, "\n"), look, textWidth-10)
	p.room(min(float64(len(lines)), 3)*look.lead + 4)
	for len(lines) > 0 {
		count := max(1, min(len(lines), int((floorY-p.y-2)/look.lead)))
		height := float64(count)*look.lead + 4
		p.fill(ToneWash)
		p.f.Rect(marginSide, p.y-4, textWidth, height, "F")
		p.fill(ToneLine)
		p.f.Rect(marginSide, p.y-4, 1.2, height, "F")
		p.y += 2 - 0.4
		for _, line := range lines[:count] {
			p.lineOf(marginSide+5, line, look)
		}
		p.y += 3.4
		if lines = lines[count:]; len(lines) > 0 {
			p.page()
		}
	}
	p.y += 1
}

func (p *paper) list(l List) {
	for _, item := range l.Items {
		p.room(plain().lead)
		p.set(plain())
		p.f.Text(marginSide+1, p.y, "•")
		p.phrase(marginSide+5, textWidth-5, item)
		p.y += 1
	}
	p.y += 2
}

// phrase writes w with its link, over as many pages as it takes.
func (p *paper) phrase(x, width float64, w Words) {
	for _, line := range p.wrap(w.Text, p.faceOf(w, plain()), width) {
		p.room(plain().lead)
		p.set(p.faceOf(w, plain()))
		p.cellLine(Point{x, p.y}, line, w.URL)
		p.y += plain().lead
	}
}

// faceOf is the look of w among words that look like base.
func (p *paper) faceOf(w Words, base face) face {
	switch {
	case w.Code:
		base.family, base.size = fontCode, base.size*0.86
	case w.URL != "":
		base.tone = ToneAccent
	}
	return base
}

// cellLine writes one line in the face that is set, as a link where there is a URL.
func (p *paper) cellLine(at Point, line, url string) {
	p.f.Text(at.X, at.Y, line)
	if url != "" {
		_, size := p.f.GetFontSize()
		p.f.LinkString(at.X, at.Y-size, p.f.GetStringWidth(line), size*1.25, url)
	}
}
