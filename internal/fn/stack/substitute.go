package stack

import (
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// substitute replaces ${NAME}, ${NAME:-otherwise}, ${NAME-otherwise}, ${NAME:=otherwise}
// and ${NAME=otherwise} as faas-cli does; "$$" before a brace is one dollar. A name
// that is not set is empty.
func substitute(text string, getenv func(string) (string, bool)) (string, error) {
	var out strings.Builder
	for {
		at := strings.Index(text, "${")
		if at < 0 {
			out.WriteString(text)
			return out.String(), nil
		}
		if at > 0 && text[at-1] == '$' {
			out.WriteString(text[:at-1] + "${")
			text = text[at+2:]
			continue
		}
		out.WriteString(text[:at])
		inner, rest, ok := cutBrace(text[at+2:])
		if !ok {
			return "", lab.Errorf(lab.CodeConfig, "", "${%.20s is not closed", firstLine(text[at+2:]))
		}
		value, err := lookup(inner, getenv)
		if err != nil {
			return "", err
		}
		out.WriteString(value)
		text = rest
	}
}

// cutBrace finds the brace that closes, over nested ones, on the same line.
func cutBrace(text string) (inner, rest string, ok bool) {
	depth := 1
	for i := range len(text) {
		switch {
		case text[i] == '\n':
			return "", "", false
		case text[i] == '{':
			depth++
		case text[i] == '}':
			if depth--; depth == 0 {
				return text[:i], text[i+1:], true
			}
		}
	}
	return "", "", false
}

func lookup(inner string, getenv func(string) (string, bool)) (string, error) {
	name := inner
	for i, r := range inner {
		if r != '_' && !(r >= 'a' && r <= 'z') && !(r >= 'A' && r <= 'Z') && !(i > 0 && r >= '0' && r <= '9') {
			name = inner[:i]
			break
		}
	}
	op := inner[len(name):]
	value, set := getenv(name)
	for _, form := range []struct {
		prefix  string
		missing bool
	}{{":-", value == ""}, {":=", value == ""}, {"-", !set}, {"=", !set}} {
		otherwise, is := strings.CutPrefix(op, form.prefix)
		if !is {
			continue
		}
		if form.missing {
			return substitute(otherwise, getenv)
		}
		return value, nil
	}
	if name == "" || op != "" {
		return "", lab.Errorf(lab.CodeConfig, "Forms that are: ${NAME} and ${NAME:-otherwise}", "${%s} is no form that can be replaced", inner)
	}
	return value, nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
