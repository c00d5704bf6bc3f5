package build

import (
	"fmt"
	"regexp"
	"strings"
)

// markerToken cuts a marker such as: python_version >= "3.8" and (extra == 'x').
var markerToken = regexp.MustCompile(`^\s*(\(|\)|===|==|!=|<=|>=|~=|<|>|'[^']*'|"[^"]*"|[A-Za-z_.]+)`)

// markerValues are what the lab's Python says of itself.
func markerValues() map[string]string {
	return map[string]string{
		"python_version": "3.11", "python_full_version": "3.11.2", "implementation_version": "3.11.2",
		"implementation_name": "cpython", "platform_python_implementation": "CPython",
		"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64",
		"platform_release": "", "platform_version": "",
	}
}

// markerParser evaluates while it reads.
type markerParser struct {
	tokens []string
	extras []string
}

// evalMarker says whether a marker holds for the lab's Python and any of the extras.
func evalMarker(marker string, extras []string) (bool, error) {
	p := &markerParser{extras: extras}
	for rest := marker; strings.TrimSpace(rest) != ""; {
		m := markerToken.FindStringSubmatch(rest)
		if m == nil {
			return false, fmt.Errorf("the marker %q cannot be read", marker)
		}
		p.tokens = append(p.tokens, m[1])
		rest = rest[len(m[0]):]
	}
	value, err := p.or()
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("%q is too much", p.tokens[0])
	}
	if err != nil {
		return false, fmt.Errorf("the marker %q cannot be read: %w", marker, err)
	}
	return value, nil
}

func (p *markerParser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *markerParser) next() string {
	t := p.peek()
	if t != "" {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *markerParser) or() (bool, error) {
	left, err := p.and()
	for err == nil && p.peek() == "or" {
		p.next()
		var right bool
		right, err = p.and()
		left = left || right
	}
	return left, err
}

func (p *markerParser) and() (bool, error) {
	left, err := p.atom()
	for err == nil && p.peek() == "and" {
		p.next()
		var right bool
		right, err = p.atom()
		left = left && right
	}
	return left, err
}

func (p *markerParser) atom() (bool, error) {
	if p.peek() == "(" {
		p.next()
		value, err := p.or()
		if err == nil && p.next() != ")" {
			err = fmt.Errorf("a parenthesis is open")
		}
		return value, err
	}
	left, op := p.next(), p.next()
	if op == "not" {
		op += " " + p.next()
	}
	return p.compare(left, op, p.next())
}

// compare knows one side as a name and the other as text, in either order.
func (p *markerParser) compare(left, op, right string) (bool, error) {
	name, text, turned := left, right, false
	if quoted(left) {
		name, text, turned = right, left, true
	}
	if !quoted(text) || quoted(name) {
		return false, fmt.Errorf("%s %s %s does not compare a name with a text", left, op, right)
	}
	text = text[1 : len(text)-1]
	if name == "extra" {
		has := false
		for _, e := range p.extras {
			has = has || normal(e) == normal(text)
		}
		return has == (op == "=="), nil
	}
	value, ok := markerValues()[name]
	if !ok {
		return false, fmt.Errorf("%s is not known", name)
	}
	switch op {
	case "in", "not in":
		in := strings.Contains(text, value)
		if turned {
			in = strings.Contains(value, text)
		}
		return in == (op == "in"), nil
	}
	if turned {
		op = strings.NewReplacer("<", ">", ">", "<").Replace(op)
	}
	if specForm.FindStringSubmatch(op+"x") == nil {
		return false, fmt.Errorf("%q is no comparison", op)
	}
	return fitsOne(op, text, value), nil
}

func quoted(t string) bool { return len(t) >= 2 && (t[0] == '\'' || t[0] == '"') }
