package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// evidence lays out what was read back: nested objects become "outer · inner",
// queries come last.
func (t Texts) evidence(values map[string]any) []Fact { return t.facts("", values) }

func (t Texts) facts(prefix string, values map[string]any) []Fact {
	var out []Fact
	keys := slices.SortedFunc(maps.Keys(values), func(a, b string) int {
		return cmp.Or(cmp.Compare(weight(a), weight(b)), cmp.Compare(a, b))
	})
	for _, key := range keys {
		label := prefix + t.either("evidence."+key, lab.Humanize(key))
		if nested, ok := values[key].(map[string]any); ok && len(nested) > 0 {
			out = append(out, t.facts(label+" · ", nested)...)
			continue
		}
		out = append(out, Fact{label, t.value(key, values[key])})
	}
	return out
}

// weight puts what proves most first and queries last.
func weight(key string) int {
	first := []string{
		"commit", "syncRevision", "runId", "model", "modelVersion", "alias", "accuracy", "servedVersion", "versionBefore", "right", "total",
		"trainingJoules", "trainingGramsCO2e", "callJoules", "callGramsCO2e", "savedJoulesPerDay", "savedGramsCO2ePerDay", "method", "measured",
	}
	if i := slices.Index(first, key); i >= 0 {
		return i
	}
	if isQuery(key) {
		return len(first) + 1
	}
	return len(first)
}

func isQuery(key string) bool { return strings.HasSuffix(strings.ToLower(key), "query") }

func (t Texts) value(key string, value any) Words {
	switch v := value.(type) {
	case nil:
		return words("–")
	case bool:
		return words(t.text(pick(v, "yes", "no")))
	case float64:
		return words(t.measure(key, v))
	case int:
		return words(t.measure(key, float64(v)))
	case string:
		return Words{Text: v, Code: isQuery(key) || lab.LooksLikeIdentifier(v)}
	}
	data, err := json.Marshal(value)
	if err != nil {
		return words(fmt.Sprint(value))
	}
	return code(string(data))
}

// measure writes a number with the unit that its name ends in.
func (t Texts) measure(key string, v float64) string {
	lower := strings.ToLower(key)
	perDay := ""
	if strings.HasSuffix(lower, "perday") {
		perDay = " " + t.text("perday")
	}
	switch {
	case strings.HasSuffix(lower, "milliseconds"):
		return t.figures(v) + " ms"
	case strings.HasSuffix(lower, "seconds"):
		return t.figures(v) + " s"
	case strings.Contains(lower, "gramsperkilowatthour"):
		return t.figures(v) + " gCO₂e/kWh"
	case strings.Contains(lower, "grams"), strings.Contains(lower, "co2e"):
		return t.scaled(v, "gCO₂e") + perDay
	case strings.Contains(lower, "joules"):
		return t.scaled(v, "J") + perDay
	case strings.Contains(lower, "watts"):
		return t.scaled(v, "W")
	case v == float64(int64(v)):
		return t.number(v, 0)
	}
	return t.figures(v)
}

// inline writes evidence in one cell, a line each.
func (t Texts) inline(values map[string]any) string {
	var out []string
	for _, f := range t.evidence(values) {
		out = append(out, f.Label+": "+clip(f.Value.Text, 240))
	}
	return strings.Join(out, "\n")
}
