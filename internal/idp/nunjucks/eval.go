package nunjucks

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

const (
	maxOutput = 8 << 20 // bytes of one rendering
	maxSteps  = 400_000 // evaluations of one rendering
)

var errTooMuch = errors.New("the template takes more than it may: too many steps, or more than 8 MiB of text")

// state is one rendering: what names mean, and what it has cost so far.
type state struct {
	scopes []map[string]any
	steps  int
	bytes  int
}

func (s *state) lookup(key string) any {
	for i := len(s.scopes) - 1; i >= 0; i-- {
		if v, ok := s.scopes[i][key]; ok {
			return v
		}
	}
	return nil
}

// charge counts a step and n bytes that it makes.
func (s *state) charge(n int) error {
	s.steps++
	s.bytes += n
	if s.steps > maxSteps || s.bytes > maxOutput {
		return errTooMuch
	}
	return nil
}

func (e literal) eval(*state) (any, error) { return e.value, nil }

func (e name) eval(s *state) (any, error) { return s.lookup(e.name), s.charge(0) }

func (e member) eval(s *state) (any, error) {
	of, err := e.of.eval(s)
	if err != nil {
		return nil, err
	}
	key, err := e.key.eval(s)
	if err != nil {
		return nil, err
	}
	return get(of, key), s.charge(0)
}

// get returns of[key]; nil where there is no such thing, as Nunjucks does.
func get(of, key any) any {
	switch x := of.(type) {
	case map[string]any:
		return x[Text(key)]
	case []any:
		if n, ok := number(key); ok && n == math.Trunc(n) {
			i := int(n)
			if i < 0 {
				i += len(x)
			}
			if i >= 0 && i < len(x) {
				return x[i]
			}
		}
		if Text(key) == "length" {
			return float64(len(x))
		}
	case string:
		if Text(key) == "length" {
			return float64(utf8.RuneCountInString(x))
		}
	}
	return nil
}

func (e listOf) eval(s *state) (any, error) {
	out := make([]any, len(e.items))
	for i, item := range e.items {
		v, err := item.eval(s)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, s.charge(len(out))
}

func (e dictOf) eval(s *state) (any, error) {
	out := map[string]any{}
	for i, key := range e.keys {
		v, err := e.values[i].eval(s)
		if err != nil {
			return nil, err
		}
		out[key] = v
	}
	return out, s.charge(len(out))
}

func (e unary) eval(s *state) (any, error) {
	x, err := e.x.eval(s)
	if err != nil {
		return nil, err
	}
	if e.op == "not" {
		return !truth(x), s.charge(0)
	}
	n, ok := number(x)
	if !ok {
		return nil, fmt.Errorf("%s needs a number, not %s", e.op, kindOf(x))
	}
	if e.op == "-" {
		n = -n
	}
	return n, s.charge(0)
}

func (e choose) eval(s *state) (any, error) {
	c, err := e.cond.eval(s)
	if err != nil {
		return nil, err
	}
	if truth(c) {
		return e.yes.eval(s)
	}
	return e.no.eval(s)
}

func (e binary) eval(s *state) (any, error) {
	a, err := e.a.eval(s)
	if err != nil {
		return nil, err
	}
	switch e.op { // these give one of their sides, and look at the other only if needed
	case "or", "||":
		if truth(a) {
			return a, nil
		}
		return e.b.eval(s)
	case "and", "&&":
		if !truth(a) {
			return a, nil
		}
		return e.b.eval(s)
	}
	b, err := e.b.eval(s)
	if err != nil {
		return nil, err
	}
	v, err := operate(e.op, a, b)
	if err != nil {
		return nil, err
	}
	n := 0
	if text, ok := v.(string); ok {
		n = len(text)
	}
	return v, s.charge(n)
}

func operate(op string, a, b any) (any, error) {
	switch op {
	case "==", "===":
		return equal(a, b), nil
	case "!=", "!==":
		return !equal(a, b), nil
	case "in":
		return contains(b, a), nil
	case "~":
		return Text(a) + Text(b), nil
	}
	x, xn := number(a)
	y, yn := number(b)
	if !xn || !yn {
		if op == "+" && (isText(a) || isText(b)) {
			return Text(a) + Text(b), nil
		}
		if isText(a) && isText(b) {
			if v, ok := compare(op, strings.Compare(a.(string), b.(string))); ok {
				return v, nil
			}
		}
		return nil, fmt.Errorf("%s does not go with %s and %s", op, kindOf(a), kindOf(b))
	}
	return arithmetic(op, x, y)
}

func arithmetic(op string, x, y float64) (any, error) {
	switch op {
	case "+":
		return x + y, nil
	case "-":
		return x - y, nil
	case "*":
		return x * y, nil
	case "**":
		return math.Pow(x, y), nil
	case "/", "//", "%":
		if y == 0 {
			return nil, errors.New("division by zero")
		}
		switch op {
		case "/":
			return x / y, nil
		case "//":
			return math.Floor(x / y), nil
		}
		return math.Mod(x, y), nil
	}
	order := 0
	if x < y {
		order = -1
	} else if x > y {
		order = 1
	}
	v, ok := compare(op, order)
	if !ok {
		return nil, fmt.Errorf("%s is no operator", op)
	}
	return v, nil
}

func compare(op string, order int) (value, ok bool) {
	switch op {
	case "<":
		return order < 0, true
	case "<=":
		return order <= 0, true
	case ">":
		return order > 0, true
	case ">=":
		return order >= 0, true
	}
	return false, false
}

func (e call) eval(s *state) (any, error) {
	args := make([]any, 0, len(e.args)+1)
	if e.on != nil {
		v, err := e.on.eval(s)
		if err != nil {
			return nil, err
		}
		args = append(args, v)
	}
	for _, a := range e.args {
		v, err := a.eval(s)
		if err != nil {
			return nil, err
		}
		args = append(args, v)
	}
	kw := map[string]any{}
	for key, a := range e.kw {
		v, err := a.eval(s)
		if err != nil {
			return nil, err
		}
		kw[key] = v
	}
	if e.on == nil {
		return numbers(args)
	}
	v, err := filters[e.name](args[0], arguments{args[1:], kw})
	if err != nil {
		return nil, fmt.Errorf("filter %s: %w", e.name, err)
	}
	n := 0
	if text, ok := v.(string); ok {
		n = len(text)
	}
	return v, s.charge(n)
}

func (e test) eval(s *state) (any, error) {
	x, err := e.x.eval(s)
	if err != nil {
		return nil, err
	}
	ok := false
	switch e.name {
	case "defined":
		ok = x != nil
	case "undefined", "none", "null":
		ok = x == nil
	case "string":
		ok = isText(x)
	case "number":
		_, ok = x.(float64)
	case "mapping":
		_, ok = x.(map[string]any)
	case "iterable", "sequence":
		_, ok = x.([]any)
	case "odd", "even":
		n, isNumber := number(x)
		ok = isNumber && (math.Mod(n, 2) != 0) == (e.name == "odd")
	default:
		return nil, fmt.Errorf("there is no test %q; there are: defined, undefined, none, string, number, mapping, iterable, odd, even", e.name)
	}
	return ok != e.not, s.charge(0)
}
