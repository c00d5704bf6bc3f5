package nunjucks

import (
	"fmt"
	"strings"
)

// Options choose the dialect.
type Options struct {
	// Cookiecutter takes {{ }} for expressions instead of ${{ }}.
	Cookiecutter bool
	// TrimBlocks drops the line's end after a block.
	TrimBlocks bool
	// LstripBlocks drops the spaces before a block that begins a line.
	LstripBlocks bool
}

func (o Options) open() string {
	if o.Cookiecutter {
		return "{{"
	}
	return "${{"
}

// Render returns text with everything in it carried out. vars are JSON values.
// Errors name the line.
func Render(text string, vars map[string]any, o Options) (string, error) {
	nodes, err := parseTemplate(text, o)
	if err != nil {
		return "", err
	}
	s := &state{scopes: []map[string]any{vars, {}}}
	var b strings.Builder
	if err := renderAll(nodes, s, &b); err != nil {
		return "", err
	}
	return b.String(), nil
}

// Value is Render, but a text that is one expression and nothing else gives what the
// expression is, with its type.
func Value(text string, vars map[string]any, o Options) (any, error) {
	trimmed := strings.TrimSpace(text)
	inner, ok := strings.CutPrefix(trimmed, o.open())
	if ok {
		if end := closing(inner, "}}"); end >= 0 && strings.TrimSpace(inner[end+2:]) == "" {
			e, err := parseExpr(strings.Trim(inner[:end], "-"))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", trimmed, err)
			}
			v, err := e.eval(&state{scopes: []map[string]any{vars}})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", trimmed, err)
			}
			return v, nil
		}
	}
	if !strings.Contains(text, o.open()) && !strings.Contains(text, "{%") && !strings.Contains(text, "{#") {
		return text, nil
	}
	return Render(text, vars, o)
}

// Deep applies Value to every text in v, at whatever depth; keys stay as they are.
func Deep(v any, vars map[string]any, o Options) (any, error) {
	switch x := v.(type) {
	case string:
		return Value(x, vars, o)
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			done, err := Deep(item, vars, o)
			if err != nil {
				return nil, err
			}
			out[i] = done
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(x))
		for key, item := range x {
			done, err := Deep(item, vars, o)
			if err != nil {
				return nil, err
			}
			out[key] = done
		}
		return out, nil
	}
	return v, nil
}

// closing finds the end of an expression or block, past texts in quotes.
func closing(s, end string) int {
	var quote byte
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case depth == 0 && strings.HasPrefix(s[i:], end):
			return i
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		}
	}
	return -1
}

// Truth says what a condition means: nil, false, "", 0 and empty lists and objects
// are false, and so is the text "false", which a form may send.
func Truth(v any) bool { return truth(v) && v != "false" }
