package report

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// The families of the PDF's letters: the Go fonts, which may be embedded freely.
const (
	fontText = "go"
	fontCode = "gomono"
)

// fontFile are the letters of a family and style.
type fontFile struct {
	family, style string
	data          []byte
}

func fontFiles() []fontFile {
	return []fontFile{{fontText, "", goregular.TTF}, {fontText, "B", gobold.TTF}, {fontCode, "", gomono.TTF}}
}

// alphabet knows which letters the fonts have; all three have the same ones.
type alphabet struct {
	font   *sfnt.Font
	buffer sfnt.Buffer
}

func newAlphabet() (*alphabet, error) {
	font, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("read the letters of the PDF: %w", err)
	}
	return &alphabet{font: font}, nil
}

func (a *alphabet) has(r rune) bool {
	index, err := a.font.GlyphIndex(&a.buffer, r)
	return err == nil && index != 0
}

// instead says which letters stand for some that the fonts lack.
func instead(r rune) string {
	switch r {
	case '✓', '✔', '☑', '✅':
		return "√"
	case '✗', '✘', '❌':
		return "×"
	case '⇒', '➜', '➡':
		return "→"
	case '\t':
		return "    "
	case '\u2011':
		return "-"
	case '\u202f', '\u2009', '\u200a':
		return "\u00a0"
	}
	return "□"
}

// fit returns text in letters that can be set. What has no letter becomes a box, so
// that a reader sees that something is missing; what cannot be seen is left out.
func (a *alphabet) fit(text string) string {
	var out strings.Builder
	for _, r := range strings.ReplaceAll(text, "\r\n", "\n") {
		switch {
		case r == '\n':
			out.WriteRune(r)
		case r == '\t':
			out.WriteString(instead(r))
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me):
		case r < 0x10000 && a.has(r):
			out.WriteRune(r)
		default:
			out.WriteString(instead(r))
		}
	}
	return out.String()
}
