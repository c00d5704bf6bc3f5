package lab

import (
	"strings"
	"unicode"
)

// LooksLikeIdentifier is true for hashes, URLs and other things made of one word.
func LooksLikeIdentifier(s string) bool {
	return len(s) >= 7 && !strings.ContainsAny(s, " \n")
}

// Humanize turns the name of a piece of evidence, runId or run_id, into words: "run id".
func Humanize(key string) string {
	var out strings.Builder
	var before rune
	for _, r := range key {
		switch {
		case r == '_' || r == '-':
			r = ' '
		case unicode.IsUpper(r) && unicode.IsLower(before):
			out.WriteByte(' ')
		}
		before = r
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}
