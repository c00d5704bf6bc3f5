package catalog

import (
	"fmt"
	"strings"

	"github.com/labbox/labbox/internal/idp/wire"
)

// checkPredicate says what is wrong with the query of POST /entities/by-query.
func checkPredicate(p any, depth int) error {
	m, ok := p.(map[string]any)
	if !ok || depth > 20 {
		return wire.Input("query is an object of fields, $all, $any and $not, at most 20 deep")
	}
	for key, v := range m {
		switch key {
		case "$all", "$any":
			list, ok := v.([]any)
			if !ok {
				return wire.Input("query: %s takes a list", key)
			}
			for _, inner := range list {
				if err := checkPredicate(inner, depth+1); err != nil {
					return err
				}
			}
		case "$not":
			if err := checkPredicate(v, depth+1); err != nil {
				return err
			}
		default:
			if strings.HasPrefix(key, "$") {
				return wire.Input("query: there is no %s; there are $all, $any and $not, and for fields $exists, $in, $hasPrefix and $contains", key)
			}
			if err := checkTest(key, v); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkTest(field string, v any) error {
	m, ok := v.(map[string]any)
	if !ok {
		if _, isList := v.([]any); isList {
			return wire.Input("query: %s is a list; write {\"$in\": [...]}", field)
		}
		return nil
	}
	for op, arg := range m {
		fits := false
		switch op {
		case "$exists":
			_, fits = arg.(bool)
		case "$in":
			_, fits = arg.([]any)
		case "$hasPrefix":
			_, fits = arg.(string)
		case "$contains":
			fits = arg != nil
		}
		if !fits {
			return wire.Input("query: %s: {%q: ...} is no test; there are $exists (true, false), $in (a list), $hasPrefix (a text) and $contains", field, op)
		}
	}
	return nil
}

// matches carries out a predicate that checkPredicate has let pass.
func matches(p any, e map[string]any) bool {
	m, _ := p.(map[string]any)
	for key, v := range m {
		switch key {
		case "$all":
			for _, inner := range v.([]any) {
				if !matches(inner, e) {
					return false
				}
			}
		case "$any":
			hit := false
			for _, inner := range v.([]any) {
				hit = hit || matches(inner, e)
			}
			if !hit {
				return false
			}
		case "$not":
			if matches(v, e) {
				return false
			}
		default:
			if !passes(v, at(e, strings.Split(key, "."))) {
				return false
			}
		}
	}
	return true
}

// passes carries out the test of one field on its value; nil is none.
func passes(test, value any) bool {
	m, ok := test.(map[string]any)
	if !ok {
		return same(test, value)
	}
	for op, arg := range m {
		good := false
		switch op {
		case "$exists":
			good = (value != nil) == arg
		case "$in":
			for _, item := range arg.([]any) {
				good = good || same(item, value)
			}
		case "$hasPrefix":
			s, isText := value.(string)
			good = isText && strings.HasPrefix(strings.ToLower(s), strings.ToLower(arg.(string)))
		case "$contains":
			list, _ := value.([]any)
			for _, item := range list {
				inner, isObject := item.(map[string]any)
				_, wantsObject := arg.(map[string]any)
				good = good || (isObject && wantsObject && matches(arg, inner)) || (!wantsObject && same(arg, item))
			}
		}
		if !good {
			return false
		}
	}
	return true
}

// same compares scalars without case.
func same(a, b any) bool {
	if b == nil {
		return a == nil
	}
	switch b.(type) {
	case map[string]any, []any:
		return false
	}
	return strings.EqualFold(fmt.Sprint(a), fmt.Sprint(b))
}

// at returns the value at a path, whose keys may hold dots themselves.
func at(e map[string]any, path []string) any {
	for n := len(path); n > 0; n-- {
		key := strings.Join(path[:n], ".")
		for have, value := range e {
			if !strings.EqualFold(have, key) {
				continue
			}
			if n == len(path) {
				return value
			}
			if inner, ok := value.(map[string]any); ok {
				return at(inner, path[n:])
			}
		}
	}
	return nil
}
