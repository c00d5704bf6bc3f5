package git

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// sniffBytes is how much of a file decides whether it is text.
const sniffBytes = 8 << 10

// isText says whether a file that begins with head can be shown.
func isText(head []byte) bool {
	if bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	for i := 0; i < utf8.UTFMax && len(head) > 0; i++ { // the cut may split a rune
		if utf8.Valid(head) {
			return true
		}
		head = head[:len(head)-1]
	}
	return len(head) == 0
}

// DiffFile is the part of a patch that concerns one file.
type DiffFile struct {
	Path  string
	Lines []DiffLine
}

// DiffLine is a line of a patch; Kind is add, del, hunk or empty for context.
type DiffLine struct {
	Kind string
	Text string
}

// parseDiff splits a patch into files. It trusts nothing: any text gives some list.
func parseDiff(patch string) []DiffFile {
	var files []DiffFile
	inHunk := false
	for line := range strings.Lines(patch) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "diff --git "); ok {
			files = append(files, DiffFile{Path: pathOf(rest)})
			inHunk = false
			continue
		}
		if len(files) == 0 {
			continue
		}
		f := &files[len(files)-1]
		switch {
		case strings.HasPrefix(line, "@@"):
			inHunk = true
			f.Lines = append(f.Lines, DiffLine{Kind: "hunk", Text: line})
		case inHunk:
			f.Lines = append(f.Lines, DiffLine{Kind: lineKind(line), Text: line})
		case strings.HasPrefix(line, "Binary files"), strings.HasPrefix(line, "rename "), strings.HasSuffix(line, " mode 100755"):
			f.Lines = append(f.Lines, DiffLine{Kind: "hunk", Text: line})
		}
	}
	return files
}

func lineKind(line string) string {
	switch {
	case strings.HasPrefix(line, "+"):
		return "add"
	case strings.HasPrefix(line, "-"):
		return "del"
	}
	return ""
}

// pathOf returns the new path of "a/<old> b/<new>".
func pathOf(header string) string {
	if half := len(header) / 2; len(header)%2 == 1 && header[half] == ' ' { // not renamed
		return strings.TrimPrefix(header[half+1:], "b/")
	}
	if i := strings.LastIndex(header, " b/"); i >= 0 {
		return header[i+3:]
	}
	return header
}
