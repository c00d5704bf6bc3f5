package nunjucks

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// arguments are what stands in a filter's brackets.
type arguments struct {
	list []any
	kw   map[string]any
}

// at returns argument i, or the one of that name, or other.
func (a arguments) at(i int, key string, other any) any {
	if i < len(a.list) {
		return a.list[i]
	}
	if v, ok := a.kw[key]; ok {
		return v
	}
	return other
}

// count returns argument i as a whole number between 0 and 1000.
func (a arguments) count(i int, key string, other int) int {
	n, ok := number(a.at(i, key, float64(other)))
	if !ok {
		return other
	}
	return int(min(max(n, 0), 1000))
}

type filter func(v any, a arguments) (any, error)

// onText makes a filter of a function on texts.
func onText(f func(string) string) filter {
	return func(v any, _ arguments) (any, error) { return f(Text(v)), nil }
}

var filters = map[string]filter{
	"dump": func(v any, a arguments) (any, error) {
		return dump(v, strings.Repeat(" ", a.count(0, "spaces", 0))), nil
	},
	"lower":      onText(strings.ToLower),
	"upper":      onText(strings.ToUpper),
	"trim":       onText(strings.TrimSpace),
	"string":     onText(func(s string) string { return s }),
	"capitalize": onText(func(s string) string { return capital(strings.ToLower(s)) }),
	"title":      onText(func(s string) string { return title(strings.ToLower(s)) }),
	"safe":       func(v any, _ arguments) (any, error) { return v, nil },
	"replace":    replace,
	"default": func(v any, a arguments) (any, error) {
		if v == nil || truth(a.at(1, "bool", false)) && !truth(v) {
			return a.at(0, "value", ""), nil
		}
		return v, nil
	},
	"join":    join,
	"first":   func(v any, _ arguments) (any, error) { return get(v, float64(0)), nil },
	"last":    func(v any, _ arguments) (any, error) { return get(v, float64(-1)), nil },
	"length":  func(v any, _ arguments) (any, error) { return length(v), nil },
	"sort":    sorted,
	"reverse": reversed,
	"list":    listed,
	"keys":    keysOf,
	"round": func(v any, a arguments) (any, error) {
		n, err := toNumber(v)
		scale := math.Pow(10, float64(a.count(0, "precision", 0)))
		return math.Round(n*scale) / scale, err
	},
	"int":            func(v any, _ arguments) (any, error) { n, err := toNumber(v); return math.Trunc(n), err },
	"float":          func(v any, _ arguments) (any, error) { return toNumber(v) },
	"indent":         indent,
	"parseRepoUrl":   parseRepoURL,
	"parseEntityRef": parseEntityRef,
	"pick":           func(v any, a arguments) (any, error) { return get(v, a.at(0, "key", "")), nil },
	"projectSlug":    projectSlug,
}

func filterNames() string { return strings.Join(slices.Sorted(maps.Keys(filters)), ", ") }

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

func title(s string) string {
	words := strings.Split(s, " ")
	for i := range words {
		words[i] = capital(words[i])
	}
	return strings.Join(words, " ")
}

func replace(v any, a arguments) (any, error) {
	s, before, after := Text(v), Text(a.at(0, "old", "")), Text(a.at(1, "new", ""))
	if strings.Count(s, before)*len(after) > maxOutput {
		return nil, errTooMuch
	}
	return strings.ReplaceAll(s, before, after), nil
}

func join(v any, a arguments) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return Text(v), nil
	}
	separator := Text(a.at(0, "separator", ""))
	if len(separator)*len(list) > maxOutput {
		return nil, errTooMuch
	}
	var parts []string
	for _, item := range list {
		if key := Text(a.at(1, "attribute", "")); key != "" {
			item = get(item, key)
		}
		parts = append(parts, Text(item))
	}
	return strings.Join(parts, separator), nil
}

func length(v any) any {
	switch x := v.(type) {
	case []any:
		return float64(len(x))
	case map[string]any:
		return float64(len(x))
	case string:
		return float64(utf8.RuneCountInString(x))
	}
	return float64(0)
}

func sorted(v any, _ arguments) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("it needs a list, not %s", kindOf(v))
	}
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b any) int {
		if x, ok := number(a); ok {
			if y, ok := number(b); ok {
				return int(math.Copysign(1, x-y)) * int(min(math.Ceil(math.Abs(x-y)), 1))
			}
		}
		return strings.Compare(Text(a), Text(b))
	})
	return out, nil
}

func reversed(v any, _ arguments) (any, error) {
	switch x := v.(type) {
	case []any:
		out := slices.Clone(x)
		slices.Reverse(out)
		return out, nil
	case string:
		r := []rune(x)
		slices.Reverse(r)
		return string(r), nil
	}
	return nil, fmt.Errorf("it needs a list or a text, not %s", kindOf(v))
}

func listed(v any, _ arguments) (any, error) {
	switch x := v.(type) {
	case string:
		out := []any{}
		for _, r := range x {
			out = append(out, string(r))
		}
		return out, nil
	case map[string]any:
		out := []any{}
		for _, key := range slices.Sorted(maps.Keys(x)) {
			out = append(out, map[string]any{"key": key, "value": x[key]})
		}
		return out, nil
	}
	return v, nil
}

func keysOf(v any, _ arguments) (any, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("it needs an object, not %s", kindOf(v))
	}
	out := []any{}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, key)
	}
	return out, nil
}

func toNumber(v any) (float64, error) {
	if n, ok := number(v); ok {
		return n, nil
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(Text(v)), 64)
	if err != nil {
		return 0, fmt.Errorf("%.40q is no number", Text(v))
	}
	return n, nil
}

// indent moves all lines but the first to the right; with true, the first one too.
func indent(v any, a arguments) (any, error) {
	space := strings.Repeat(" ", a.count(0, "width", 4))
	lines := strings.Split(Text(v), "\n")
	for i := range lines {
		if lines[i] != "" && (i > 0 || truth(a.at(1, "first", false))) {
			lines[i] = space + lines[i]
		}
	}
	return strings.Join(lines, "\n"), nil
}

// parseRepoURL reads the form of Backstage's RepoUrlPicker: host?owner=o&repo=r.
func parseRepoURL(v any, _ arguments) (any, error) {
	host, query, _ := strings.Cut(Text(v), "?")
	q, err := url.ParseQuery(query)
	if err != nil || host == "" || q.Get("repo") == "" {
		return nil, errors.New("a repository is written as host?repo=name or host?owner=name&repo=name")
	}
	out := map[string]any{"host": host, "repo": q.Get("repo")}
	for _, key := range []string{"owner", "organization", "workspace", "project"} {
		if value := q.Get(key); value != "" {
			out[key] = value
		}
	}
	return out, nil
}

func projectSlug(v any, a arguments) (any, error) {
	m, err := parseRepoURL(v, a)
	if err != nil {
		return nil, err
	}
	owner, repo := Text(get(m, "owner")), Text(get(m, "repo"))
	return strings.TrimPrefix(owner+"/"+repo, "/"), nil
}

func parseEntityRef(v any, a arguments) (any, error) {
	s := Text(v)
	defaults, _ := a.at(0, "context", map[string]any{}).(map[string]any)
	out := map[string]any{"kind": Text(defaults["defaultKind"]), "namespace": Text(defaults["defaultNamespace"]), "name": s}
	if out["namespace"] == "" {
		out["namespace"] = "default"
	}
	if kind, rest, ok := strings.Cut(s, ":"); ok {
		out["kind"], s = kind, rest
	}
	out["name"] = s
	if space, rest, ok := strings.Cut(s, "/"); ok {
		out["namespace"], out["name"] = space, rest
	}
	if out["kind"] == "" || out["name"] == "" {
		return nil, fmt.Errorf("%.60q is no entity reference with a kind", Text(v))
	}
	return out, nil
}
