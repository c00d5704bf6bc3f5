package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

const (
	// widest and narrowest bound a line of text, whatever the terminal's width.
	widest    = 92
	narrowest = 40
)

// markdown writes Markdown so that it reads well on a terminal: headings stand out,
// paragraphs are wrapped, code and tables stay as they are. Without a terminal there
// are no colours.
type markdown struct {
	out    io.Writer
	width  int
	colour bool
	// picture is said in place of a picture: "picture: %s".
	picture string
}

func newMarkdown(out io.Writer, lang string) *markdown {
	m := &markdown{out: out, width: 80, colour: isTerminal(out) && os.Getenv("NO_COLOR") == "", picture: "[picture: %s]"}
	if lang == "de" {
		m.picture = "[Bild: %s]"
	}
	if f, ok := out.(*os.File); ok {
		if size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ); err == nil && size.Col > 0 { //nolint:gosec // a descriptor
			m.width = int(size.Col)
		}
	}
	m.width = max(narrowest, min(m.width, widest))
	return m
}

var (
	headingRule = regexp.MustCompile(`^#{1,6} +(.*)$`)
	itemRule    = regexp.MustCompile(`^(\s*)([-*+]|[0-9]+[.)]) +(.*)$`)
	tableRule   = regexp.MustCompile(`^\s*\|`)
	rulerRule   = regexp.MustCompile(`^\s*\|?[\s:|-]*-[\s:|-]*\|?\s*$`)
	imageRule   = regexp.MustCompile(`!\[([^\]]*)\]\([^)]*\)`)
	linkRule    = regexp.MustCompile(`\[([^\]]+)\]\(([^)\s]+)\)`)
	strongRule  = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	emRule      = regexp.MustCompile(`(^|[^*\w])\*([^*\s][^*]*)\*`)
	codeRule    = regexp.MustCompile("`([^`]+)`")
)

// write renders a text; indent begins each line.
func (m *markdown) write(text, indent string) {
	var paragraph []string
	first, rest := indent, indent
	flush := func() {
		if len(paragraph) > 0 {
			m.wrap(strings.Join(paragraph, " "), first, rest)
		}
		paragraph, first, rest = nil, indent, indent
	}
	fenced := false
	var table []string
	for _, line := range append(strings.Split(strings.TrimSpace(text), "\n"), "") {
		if !tableRule.MatchString(line) && len(table) > 0 {
			m.table(table, indent)
			table = nil
		}
		switch {
		case strings.HasPrefix(strings.TrimSpace(line), "```"):
			flush()
			fenced = !fenced
		case fenced:
			fmt.Fprintln(m.out, indent+"    "+m.style("36", line))
		case strings.TrimSpace(line) == "":
			flush()
			fmt.Fprintln(m.out)
		case headingRule.MatchString(line):
			flush()
			m.heading(headingRule.FindStringSubmatch(line)[1], indent)
		case tableRule.MatchString(line):
			flush()
			table = append(table, line)
		case itemRule.MatchString(line):
			flush()
			part := itemRule.FindStringSubmatch(line)
			mark := part[2]
			if len(mark) == 1 {
				mark = "•"
			}
			first = indent + part[1] + mark + " "
			rest = indent + part[1] + strings.Repeat(" ", utf8.RuneCountInString(mark)+1)
			paragraph = append(paragraph, part[3])
		default:
			paragraph = append(paragraph, strings.TrimSpace(strings.TrimPrefix(line, ">")))
		}
	}
}

// heading stands out by its colour, and by a line below it.
func (m *markdown) heading(text, indent string) {
	text = plainInline(text, m.picture)
	fmt.Fprintln(m.out, indent+m.style("1;34", text))
	fmt.Fprintln(m.out, indent+m.style("34", strings.Repeat("─", utf8.RuneCountInString(text))))
}

// wrap breaks a paragraph between words.
func (m *markdown) wrap(text, first, rest string) {
	line, used := first, utf8.RuneCountInString(first)
	empty := true
	for _, word := range strings.Fields(plainInline(text, m.picture)) {
		length := shown(word, m.colour)
		if !empty && used+1+length > m.width {
			m.line(line)
			line, used, empty = rest, utf8.RuneCountInString(rest), true
		}
		if !empty {
			line, used = line+" ", used+1
		}
		line, used, empty = line+word, used+length, false
	}
	m.line(line)
}

// marker stands before a letter that switches a style on or off, until a line is
// written; no text has it.
const marker = "\x01"

// plainInline turns what is inside a paragraph into words and marks.
func plainInline(text, picture string) string {
	var code []string
	text = codeRule.ReplaceAllStringFunc(text, func(found string) string {
		code = append(code, found[1:len(found)-1])
		return "\x02"
	})
	text = imageRule.ReplaceAllStringFunc(text, func(found string) string {
		return fmt.Sprintf(picture, imageRule.FindStringSubmatch(found)[1])
	})
	text = linkRule.ReplaceAllString(text, "$1 ($2)")
	text = strongRule.ReplaceAllString(text, marker+"B${1}"+marker+"b")
	text = emRule.ReplaceAllString(text, "${1}"+marker+"I${2}"+marker+"i")
	for _, c := range code {
		text = strings.Replace(text, "\x02", marker+"C"+c+marker+"c", 1)
	}
	return text
}

// line writes one line with its styles; code keeps its quotes where there are none.
func (m *markdown) line(text string) {
	on := map[string]string{"B": "1", "I": "3", "C": "36"}
	for letter, style := range on {
		begin, end := "", ""
		switch {
		case m.colour:
			begin, end = "\x1b["+style+"m", "\x1b[0m"
		case letter == "C":
			begin, end = "`", "`"
		}
		text = strings.ReplaceAll(text, marker+letter, begin)
		text = strings.ReplaceAll(text, marker+strings.ToLower(letter), end)
	}
	fmt.Fprintln(m.out, text)
}

// table aligns the columns.
func (m *markdown) table(lines []string, indent string) {
	var rows [][]string
	var widths []int
	for _, line := range lines {
		if rulerRule.MatchString(line) {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i, cell := range cells {
			cells[i] = strings.TrimSpace(plainInline(strings.TrimSpace(cell), m.picture))
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], shown(cells[i], m.colour))
		}
		rows = append(rows, cells)
	}
	total := utf8.RuneCountInString(indent)
	for _, w := range widths {
		total += w + 2
	}
	if total-2 > m.width {
		m.tableAsList(rows, indent)
		return
	}
	for n, row := range rows {
		line := indent
		for i, cell := range row {
			line += cell + strings.Repeat(" ", widths[i]-shown(cell, m.colour)+2)
		}
		m.line(strings.TrimRight(line, " "))
		if n == 0 {
			fmt.Fprintln(m.out, indent+strings.Repeat("─", max(0, total-2-utf8.RuneCountInString(indent))))
		}
	}
}

// tableAsList writes a table that is too wide: a point for each row, the other columns
// below it with what their heads say.
func (m *markdown) tableAsList(rows [][]string, indent string) {
	for _, row := range rows[1:] {
		for i, cell := range row {
			switch {
			case i == 0:
				m.wrap(cell, indent+"• ", indent+"  ")
			case i < len(rows[0]) && rows[0][i] != "":
				m.wrap(rows[0][i]+": "+cell, indent+"  ", indent+"    ")
			default:
				m.wrap(cell, indent+"  ", indent+"    ")
			}
		}
	}
}

// shown is how many places a text takes once its marks are styles.
func shown(text string, colour bool) int {
	n := utf8.RuneCountInString(text) - 2*strings.Count(text, marker)
	if !colour {
		n += strings.Count(text, marker+"C") + strings.Count(text, marker+"c")
	}
	return n
}

func (m *markdown) style(code, text string) string {
	if !m.colour {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
