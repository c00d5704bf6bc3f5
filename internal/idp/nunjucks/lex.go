package nunjucks

import (
	"fmt"
	"strings"
	"unicode"
)

// token is one word of an expression.
type token struct {
	kind tokenKind
	text string
}

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenNumber
	tokenString
	tokenMark // an operator or a bracket
)

var marks = []string{"===", "!==", "==", "!=", "<=", ">=", "//", "**", "&&", "||",
	"<", ">", "+", "-", "*", "/", "%", "~", "|", ".", ",", ":", "(", ")", "[", "]", "{", "}", "=", "?", "!"}

// lex splits an expression into words.
func lex(s string) ([]token, error) {
	var out []token
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '"' || c == '\'':
			text, n, err := lexString(s[i:])
			if err != nil {
				return nil, err
			}
			out = append(out, token{tokenString, text})
			i += n
		case c >= '0' && c <= '9':
			n := i
			for n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n] == '.' && n+1 < len(s) && s[n+1] >= '0' && s[n+1] <= '9') {
				n++
			}
			out = append(out, token{tokenNumber, s[i:n]})
			i = n
		case isNameByte(c):
			n := i
			for n < len(s) && (isNameByte(s[n]) || s[n] >= '0' && s[n] <= '9') {
				n++
			}
			out = append(out, token{tokenName, s[i:n]})
			i = n
		default:
			mark := lexMark(s[i:])
			if mark == "" {
				return nil, fmt.Errorf("%q cannot be in an expression", firstRune(s[i:]))
			}
			out = append(out, token{tokenMark, mark})
			i += len(mark)
		}
	}
	return append(out, token{tokenEnd, ""}), nil
}

func isNameByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || unicode.IsLetter(rune(c))
}

func lexMark(s string) string {
	for _, m := range marks {
		if strings.HasPrefix(s, m) {
			return m
		}
	}
	return ""
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// lexString reads a text in quotes and returns how many bytes it took.
func lexString(s string) (string, int, error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return b.String(), i + 1, nil
		case s[i] == '\\' && i+1 < len(s):
			i++
			switch s[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case 'r':
				b.WriteByte('\r')
			default:
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0, fmt.Errorf("a text in quotes does not end: %.40s", s)
}
