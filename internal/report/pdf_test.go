package report

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// readPDF is what a reader finds in a PDF.
type readPDF struct {
	pages int
	// text is what is written on the pages, a line each; boxes are their places.
	text   []string
	titles []string
	raw    string
}

func mustPDF(t testing.TB, doc Document) []byte {
	t.Helper()
	data, err := PDF(doc)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var (
	pdfObject = regexp.MustCompile(`(?s)(\d+) 0 obj\n(.*?)endobj`)
	pdfText   = regexp.MustCompile(`(?s)([\d.]+) ([\d.]+) Td \(((?:\\.|[^\\)])*)\) Tj`)
	pdfTitle  = regexp.MustCompile(`(?s)/Title \(((?:\\.|[^\\)])*)\)`)
	pdfEntry  = regexp.MustCompile(`(\d{10}) 00000 n`)
)

// utf16Of reads a string of a PDF.
func utf16Of(escaped string) string {
	escaped = regexp.MustCompile(`(?s)\\(.)`).ReplaceAllStringFunc(escaped, func(s string) string {
		if s[1] == 'r' {
			return "\r"
		}
		return s[1:]
	})
	escaped = strings.TrimPrefix(escaped, "\xfe\xff")
	var units []uint16
	for i := 0; i+1 < len(escaped); i += 2 {
		units = append(units, uint16(escaped[i])<<8|uint16(escaped[i+1]))
	}
	return string(utf16.Decode(units))
}

// mustRead opens a PDF again: every object is where the table at its end says, and
// every stream can be inflated.
func mustRead(t testing.TB, data []byte) readPDF {
	t.Helper()
	out := readPDF{raw: string(data)}
	if !bytes.HasPrefix(data, []byte("%PDF-1.")) || !bytes.HasSuffix(bytes.TrimSpace(data), []byte("%%EOF")) {
		t.Fatal("this is no PDF")
	}
	table := out.raw[strings.LastIndex(out.raw, "\nxref\n"):]
	for i, entry := range pdfEntry.FindAllStringSubmatch(table, -1) {
		at, _ := strconv.Atoi(entry[1])
		if !strings.HasPrefix(out.raw[at:], fmt.Sprintf("%d 0 obj", i+1)) {
			t.Fatalf("object %d is not at %d", i+1, at)
		}
	}
	for _, object := range pdfObject.FindAllStringSubmatch(out.raw, -1) {
		if strings.Contains(object[2], "/Type /Page\n") {
			out.pages++
		}
		for _, title := range pdfTitle.FindAllStringSubmatch(object[2], -1) {
			out.titles = append(out.titles, utf16Of(title[1]))
		}
		_, stream, ok := strings.Cut(object[2], "stream\n")
		if !ok || !strings.Contains(object[2], "/FlateDecode") {
			continue
		}
		z, err := zlib.NewReader(strings.NewReader(stream))
		if err != nil {
			t.Fatalf("object %s: %v", object[1], err)
		}
		inflated, err := io.ReadAll(z)
		if err != nil {
			t.Fatalf("object %s: %v", object[1], err)
		}
		for _, line := range pdfText.FindAllStringSubmatch(string(inflated), -1) {
			out.text = append(out.text, utf16Of(line[3]))
			x, _ := strconv.ParseFloat(line[1], 64)
			y, _ := strconv.ParseFloat(line[2], 64)
			if x < 0 || x > pageWidth/millimetresPerPoint || y < 20 || y > pageHeight/millimetresPerPoint {
				t.Errorf("%q is off the page, at %v, %v", utf16Of(line[3]), x, y)
			}
		}
	}
	return out
}

// A PDF says its language and title, has an outline and numbered pages, and all that
// the document says can be read out of it again.
func TestPDF(t *testing.T) {
	t.Parallel()
	eachReport(t, func(t *testing.T, who string, doc Document) {
		pdf := mustRead(t, mustPDF(t, doc))
		if !strings.Contains(pdf.raw, "/Lang ("+doc.Lang+")") {
			t.Error("the PDF does not say its language")
		}
		if pdf.pages < 4 {
			t.Errorf("it has %d pages", pdf.pages)
		}
		all := strings.Join(pdf.text, "\n")
		titles := strings.Join(pdf.titles, "\n")
		if !strings.Contains(titles, doc.Title) {
			t.Errorf("the titles are %q", pdf.titles)
		}
		for _, s := range doc.Sections {
			if strings.Count(all, s.Title) != 2 || !strings.Contains(titles, s.Title) {
				t.Errorf("%q is %d times on the pages, and in the outline: %t", s.Title, strings.Count(all, s.Title), strings.Contains(titles, s.Title))
			}
		}
		last := strings.NewReplacer("{0}", strconv.Itoa(pdf.pages), "{1}", strconv.Itoa(pdf.pages)).Replace(doc.Page)
		if !strings.Contains(all, last) || strings.Contains(titles, "⟦") {
			t.Errorf("there is no %q on the last page", last)
		}
	})
}

// What the learner wrote is on the pages to the last letter; what has no letter is a
// box, and long words are broken.
func TestPDFKeepsEveryWord(t *testing.T) {
	t.Parallel()
	pdf := mustRead(t, mustPDF(t, mustCompose(t, "de", fullInput())))
	all := strings.Join(pdf.text, "")
	packed := strings.ReplaceAll(all, " ", "")
	for _, wanted := range []string{`<script>alert("1")</script>&<imgsrc=xonerror=alert(2)>{{.Title}}□√□□`, "ZweiterAbsatzmitUmlauten:äöüß.", longWord(), "JörgMüßig<b>"} {
		if !strings.Contains(packed, wanted) {
			t.Errorf("%q is not on the pages", clip(wanted, 60))
		}
	}
	if count := strings.Count(strings.Join(pdf.text, " "), "A long note about what I have seen."); count < 150 {
		t.Errorf("of a note over several pages %d lines of 220 sentences are found whole", count)
	}
	if !strings.Contains(pdf.raw, "/URI (http://127.0.0.1:8081)") || strings.Contains(pdf.raw, "javascript") {
		t.Error("links lead elsewhere than they should")
	}
}

// A table that goes on has its head again on each page.
func TestPDFTableBreaks(t *testing.T) {
	t.Parallel()
	table := Table{Head: []string{"FIRST", "SECOND"}, Widths: []float64{1, 2}}
	for i := range 120 {
		table.Rows = append(table.Rows, []Words{marked(MarkBegun, fmt.Sprintf("row %d", i)), words(strings.Repeat("word ", 30))})
	}
	table.Rows = append(table.Rows, []Words{marked(MarkBad, "tall"), words(strings.Repeat("tall ", 4000) + "END")})
	doc := Document{Lang: "en", Title: "T", Page: "{0}/{1}", Created: noon(), Sections: []Section{{ID: "s", Title: "S", Blocks: []Block{table}}}}
	pdf := mustRead(t, mustPDF(t, doc))
	all := strings.Join(pdf.text, "\n")
	if heads := strings.Count(all, "FIRST"); pdf.pages < 10 || heads != pdf.pages-1 {
		t.Errorf("%d heads on %d pages", heads, pdf.pages)
	}
	for _, wanted := range []string{"row 0\n", "row 119", "END"} {
		if !strings.Contains(all, wanted) {
			t.Errorf("%q is missing", wanted)
		}
	}
	if tall := strings.Count(all, "tall"); tall != 4001 {
		t.Errorf("of 4001 words %d are left", tall)
	}
}

// The same document makes the same pages. The file may differ: the library orders the
// letters that it embeds as it comes.
func TestPDFIsDeterministic(t *testing.T) {
	t.Parallel()
	doc := mustCompose(t, "en", fullInput())
	if one, other := mustRead(t, mustPDF(t, doc)), mustRead(t, mustPDF(t, doc)); !slices.Equal(one.text, other.text) || one.pages != other.pages {
		t.Error("two PDFs of one document differ")
	}
}

// Another program reads the same out of it.
func TestPDFWithPoppler(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("poppler-utils is not installed")
	}
	name := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(name, mustPDF(t, mustCompose(t, "de", fullInput())), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), tool, "-layout", name, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, wanted := range []string{"Jörg Müßig <b>", "Energie und CO₂e", "Funktions-Gateway", "41,2 J", "„Was fehlt“", "Seite 1 von"} {
		if !strings.Contains(string(out), wanted) {
			t.Errorf("pdftotext does not find %q", wanted)
		}
	}
}
