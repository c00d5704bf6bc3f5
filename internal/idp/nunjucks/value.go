package nunjucks

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// Text returns what ${{ v }} prints: nothing for nil, JSON for lists and objects,
// and whole numbers without a point.
func Text(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return dump(v, "")
}

func dump(v any, indent string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// truth is JavaScript's, except that empty lists and objects count as nothing.
func truth(v any) bool {
	switch x := v.(type) {
	case nil:
		return false
	case bool:
		return x
	case string:
		return x != ""
	case float64:
		return x != 0 && !math.IsNaN(x)
	case []any:
		return len(x) > 0
	case map[string]any:
		return len(x) > 0
	}
	return true
}

func number(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case int:
		return float64(x), true
	case bool:
		if x {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

func isText(v any) bool {
	_, ok := v.(string)
	return ok
}

func equal(a, b any) bool {
	if x, ok := number(a); ok {
		if y, ok := number(b); ok {
			return x == y
		}
	}
	return reflect.DeepEqual(a, b)
}

func contains(in, v any) bool {
	switch x := in.(type) {
	case string:
		return isText(v) && strings.Contains(x, v.(string))
	case []any:
		for _, item := range x {
			if equal(item, v) {
				return true
			}
		}
	case map[string]any:
		_, ok := x[Text(v)]
		return ok
	}
	return false
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "nothing"
	case string:
		return "a text"
	case bool:
		return "true or false"
	case float64, int:
		return "a number"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return fmt.Sprintf("%T", v)
}

// numbers is range(end), range(begin, end) or range(begin, end, step).
func numbers(args []any) (any, error) {
	n := []float64{}
	for _, a := range args {
		x, ok := number(a)
		if !ok {
			return nil, errors.New("range() takes numbers")
		}
		n = append(n, x)
	}
	switch len(n) {
	case 1:
		n = []float64{0, n[0], 1}
	case 2:
		n = append(n, 1)
	case 3:
	default:
		return nil, errors.New("range() takes one to three numbers")
	}
	if n[2] == 0 || (n[1]-n[0])/n[2] > 10_000 {
		return nil, errors.New("range() gives at most 10000 numbers")
	}
	out := []any{}
	for x := n[0]; (n[2] > 0 && x < n[1]) || (n[2] < 0 && x > n[1]); x += n[2] {
		out = append(out, x)
	}
	return out, nil
}
