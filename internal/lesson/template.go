package lesson

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/cel-go/cel"

	"github.com/labbox/labbox/internal/lab"
)

// unknown stands where an expression has no value.
const unknown = "–"

// template is a text in both languages with expressions in ${}.
type template struct{ de, en []piece }

// piece is a text, or an expression.
type piece struct {
	text string
	expr *expression
}

// compileTemplate compiles the expressions of both texts; the error names the language.
func compileTemplate(env *cel.Env, t lab.Text) (template, error) {
	de, err := compilePieces(env, t.DE)
	if err != nil {
		return template{}, fmt.Errorf("de: %w", err)
	}
	en, err := compilePieces(env, t.EN)
	if err != nil {
		return template{}, fmt.Errorf("en: %w", err)
	}
	return template{de, en}, nil
}

func compilePieces(env *cel.Env, text string) ([]piece, error) {
	var out []piece
	for {
		before, rest, found := strings.Cut(text, "${")
		if before != "" {
			out = append(out, piece{text: before})
		}
		if !found {
			return out, nil
		}
		end := closing(rest)
		if end < 0 {
			return nil, fmt.Errorf("${%s has no end", rest)
		}
		expr, err := compile(env, rest[:end], cel.DynType)
		if err != nil {
			return nil, fmt.Errorf("${%s}: %w", rest[:end], err)
		}
		out = append(out, piece{expr: expr})
		text = rest[end+1:]
	}
}

// closing finds the brace that ends an expression, -1 where there is none. Braces in
// texts and in maps do not count.
func closing(text string) int {
	depth, quote := 0, byte(0)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case c == '{':
			depth++
		case c == '}' && depth == 0:
			return i
		case c == '}':
			depth--
		}
	}
	return -1
}

// render puts the values in.
func (t template) render(ctx context.Context, values map[string]any) lab.Text {
	return lab.Text{DE: renderPieces(ctx, t.de, "de", values), EN: renderPieces(ctx, t.en, "en", values)}
}

func renderPieces(ctx context.Context, pieces []piece, lang string, values map[string]any) string {
	var out strings.Builder
	for _, p := range pieces {
		if p.expr == nil {
			out.WriteString(p.text)
			continue
		}
		value, err := p.expr.eval(ctx, values)
		if err != nil {
			value = nil
		}
		out.WriteString(words(value, lang))
	}
	return out.String()
}

// each calls f for every expression of the template.
func (t template) each(f func(*expression)) {
	for _, p := range slices.Concat(t.de, t.en) {
		if p.expr != nil {
			f(p.expr)
		}
	}
}

// words says a value as a person would write it in that language.
func words(value any, lang string) string {
	switch v := value.(type) {
	case nil:
		return unknown
	case string:
		return v
	case float64:
		return decimal(v, lang)
	case time.Time:
		return v.Local().Format("15:04:05")
	case time.Duration:
		return decimal(v.Seconds(), lang) + " s"
	case []any:
		list := make([]string, len(v))
		for i, one := range v {
			list[i] = words(one, lang)
		}
		return strings.Join(list, ", ")
	case map[string]any:
		list := []string{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			list = append(list, key+": "+words(v[key], lang))
		}
		return strings.Join(list, ", ")
	}
	return fmt.Sprint(value)
}

// decimal writes a number with four digits or so; German has a comma.
func decimal(v float64, lang string) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return unknown
	}
	digits := 0
	if v != math.Trunc(v) {
		digits = max(0, 3-int(math.Floor(math.Log10(math.Abs(v)))))
	}
	text := strconv.FormatFloat(v, 'f', digits, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if lang == "de" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// storable makes a value of an expression one that JSON keeps; times become texts.
func storable(value any) any {
	switch v := value.(type) {
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case time.Duration:
		return v.Seconds()
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	case []any:
		for i, one := range v {
			v[i] = storable(one)
		}
	case map[string]any:
		for key, one := range v {
			v[key] = storable(one)
		}
	}
	if _, err := json.Marshal(value); err != nil {
		return fmt.Sprint(value)
	}
	return value
}
