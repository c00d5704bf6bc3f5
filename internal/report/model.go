package report

import (
	"strings"
	"time"
)

// Document is a report, independent of how it is written.
type Document struct {
	// Lang is de or en; the words are in it already.
	Lang, Title, Subtitle string
	// Author is the learner; empty when not known.
	Author  string
	Created time.Time
	// Cover are the facts on the first page.
	Cover    []Fact
	Sections []Section
	// Contents is the heading of the contents, Page says "page {0} of {1}".
	Contents, Page string
}

// Section is a chapter.
type Section struct {
	// ID is unique, and fit for a link within the document.
	ID, Title string
	Blocks    []Block
}

// Block is one of Heading, Paragraph, List, Table, Figure, Facts, Quote and Code.
type Block interface{ block() }

// Heading is a heading below the section's.
type Heading struct {
	Text string
	// Tone is the colour of a trend; the usual one when empty.
	Tone Tone
}

// Paragraph is running text; Soft ones are remarks.
type Paragraph struct {
	Text string
	Soft bool
}

// List is a list without order.
type List struct{ Items []Words }

// Table has a row of headings, which is repeated on each page.
type Table struct {
	Head []string
	// Widths are the columns' shares of the width, one for each heading.
	Widths []float64
	Rows   [][]Words
}

// Figure is a picture with what it shows.
type Figure struct {
	Drawing Drawing
	Caption string
}

// Facts are names and values.
type Facts struct{ Rows []Fact }

// Fact is one name and its value.
type Fact struct {
	Label string
	Value Words
}

// Quote is what the learner wrote; lines are kept.
type Quote struct{ Text string }

// Code is text as a machine wrote it; lines are kept.
type Code struct{ Text string }

func (Heading) block()   {}
func (Paragraph) block() {}
func (List) block()      {}
func (Table) block()     {}
func (Figure) block()    {}
func (Facts) block()     {}
func (Quote) block()     {}
func (Code) block()      {}

// Words are a few words with how they are shown.
type Words struct {
	Text string
	// URL makes a link of them; see link.
	URL string
	// Code is for identifiers.
	Code bool
	// Mark is a sign before them; the words say the same.
	Mark Mark
}

// Mark is how something stands.
type Mark string

// The marks; no mark is the empty one.
const (
	MarkDone  Mark = "done"
	MarkBegun Mark = "begun"
	MarkOpen  Mark = "open"
	MarkBad   Mark = "bad"
)

func words(text string) Words             { return Words{Text: text} }
func code(text string) Words              { return Words{Text: text, Code: true} }
func marked(mark Mark, text string) Words { return Words{Text: text, Mark: mark} }

// link makes a link to a web page; any other URL stays text.
func link(text, url string) Words {
	if !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") {
		url = ""
	}
	return Words{Text: text, URL: url}
}
