package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// fact is one line of evidence, ready to be shown.
type fact struct {
	Label string
	Value string
	// Code is true for identifiers, Long for what needs a box of its own.
	Code, Long bool
}

// evidence lays out what a step read back: nested objects become "outer · inner",
// lists of plain values one line.
func (c *catalogue) evidence(values map[string]any) []fact {
	return c.facts("", values)
}

func (c *catalogue) facts(prefix string, values map[string]any) []fact {
	var out []fact
	for _, key := range slices.SortedFunc(maps.Keys(values), byWeight) {
		label := prefix + c.textOr("evidence."+key, lab.Humanize(key))
		if nested, ok := values[key].(map[string]any); ok && len(nested) > 0 {
			out = append(out, c.facts(label+" · ", nested)...)
			continue
		}
		out = append(out, c.fact(label, key, values[key]))
	}
	return out
}

// byWeight puts what proves most first and queries last; the rest is by name.
func byWeight(a, b string) int {
	first := []string{
		"commit", "syncRevision", "runId", "model", "modelVersion", "alias", "accuracy", "servedVersion", "versionBefore",
		"right", "total", "p50Milliseconds", "p95Milliseconds", "example",
		"trainingJoules", "trainingGramsCO2e", "callJoules", "callGramsCO2e", "savedJoulesPerDay", "savedGramsCO2ePerDay", "method", "measured",
	}
	weight := func(key string) int {
		if i := slices.Index(first, key); i >= 0 {
			return i
		}
		if isQuery(key) {
			return len(first) + 1
		}
		return len(first)
	}
	return cmp.Or(cmp.Compare(weight(a), weight(b)), cmp.Compare(a, b))
}

func isQuery(key string) bool { return strings.HasSuffix(strings.ToLower(key), "query") }

func (c *catalogue) fact(label, key string, value any) fact {
	f := fact{Label: label}
	switch v := value.(type) {
	case nil:
		f.Value = "–"
	case bool:
		f.Value = c.text(map[bool]string{true: "yes", false: "no"}[v])
	case float64:
		f.Value = c.measure(key, v)
	case string:
		f.Value, f.Code = v, lab.LooksLikeIdentifier(v)
	case []any:
		f.Value = c.list(v)
	default:
		data, err := json.Marshal(v)
		if err != nil {
			data = []byte(fmt.Sprint(v))
		}
		f.Value, f.Code = string(data), true
	}
	f.Long = len(f.Value) > 90 || strings.Contains(f.Value, "\n") || isQuery(key)
	f.Code = f.Code || isQuery(key)
	return f
}

func (c *catalogue) list(values []any) string {
	parts := make([]string, 0, len(values))
	for _, value := range values {
		switch v := value.(type) {
		case float64:
			parts = append(parts, c.figures(v))
		case string:
			parts = append(parts, v)
		default:
			data, err := json.Marshal(values)
			if err != nil {
				return fmt.Sprint(values)
			}
			return string(data)
		}
	}
	return strings.Join(parts, ", ")
}

// measure writes a number with the unit that its name ends in.
func (c *catalogue) measure(key string, v float64) string {
	lower := strings.ToLower(key)
	perDay := ""
	if strings.HasSuffix(lower, "perday") {
		perDay = c.text("unit.perDay")
	}
	switch has := func(part string) bool { return strings.Contains(lower, part) }; {
	case strings.HasSuffix(lower, "milliseconds"):
		return c.quantity(v/1000, "seconds")
	case strings.HasSuffix(lower, "seconds"):
		return c.quantity(v, "seconds")
	case strings.HasSuffix(lower, "bytes"):
		return c.bytes(int64(v))
	case has("gramsperkilowatthour"):
		return c.figures(v) + " gCO₂e/kWh"
	case has("grams"), has("co2e"):
		return c.scaled(v, "gCO₂e") + perDay
	case has("joules"):
		return c.scaled(v, "J") + perDay
	case has("watts"):
		return c.scaled(v, "W")
	case v == float64(int64(v)):
		return c.number(v, 0)
	}
	return c.figures(v)
}
