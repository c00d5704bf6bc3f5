package nunjucks

import (
	"fmt"
	"strconv"
)

// maxDepth bounds how deep expressions and blocks may nest.
const maxDepth = 60

// expr is an expression that can be evaluated.
type expr interface {
	eval(s *state) (any, error)
}

type (
	literal struct{ value any }
	name    struct{ name string }
	member  struct{ of, key expr }
	listOf  struct{ items []expr }
	dictOf  struct {
		keys   []string
		values []expr
	}
	unary struct {
		op string
		x  expr
	}
	binary struct {
		op   string
		a, b expr
	}
	choose struct{ cond, yes, no expr }
	call   struct {
		name string
		on   expr // nil: a global function
		args []expr
		kw   map[string]expr
	}
	test struct {
		x    expr
		name string
		arg  expr
		not  bool
	}
)

// parser reads tokens from the front.
type parser struct {
	tokens []token
	depth  int
}

func parseExpr(text string) (expr, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	e, err := p.expression()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != tokenEnd {
		return nil, fmt.Errorf("%q is not expected there", t.text)
	}
	return e, nil
}

func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) next() token {
	t := p.tokens[0]
	if t.kind != tokenEnd {
		p.tokens = p.tokens[1:]
	}
	return t
}

// take removes the next token if it is one of the given marks or words.
func (p *parser) take(texts ...string) (string, bool) {
	t := p.peek()
	if t.kind != tokenMark && t.kind != tokenName {
		return "", false
	}
	for _, text := range texts {
		if t.text == text {
			p.next()
			return text, true
		}
	}
	return "", false
}

func (p *parser) expect(mark string) error {
	if _, ok := p.take(mark); !ok {
		return fmt.Errorf("%q is missing before %q", mark, p.peek().text)
	}
	return nil
}

// expression := or [ "if" or [ "else" expression ] ]
func (p *parser) expression() (expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("the expression nests deeper than %d", maxDepth)
	}
	defer func() { p.depth-- }()
	e, err := p.binary(0)
	if err != nil {
		return nil, err
	}
	if _, ok := p.take("if"); ok {
		c := choose{yes: e, no: literal{nil}}
		if c.cond, err = p.binary(0); err != nil {
			return nil, err
		}
		if _, ok := p.take("else"); ok {
			if c.no, err = p.expression(); err != nil {
				return nil, err
			}
		}
		return c, nil
	}
	if _, ok := p.take("?"); ok {
		c := choose{cond: e}
		if c.yes, err = p.expression(); err != nil {
			return nil, err
		}
		if err := p.expect(":"); err != nil {
			return nil, err
		}
		c.no, err = p.expression()
		return c, err
	}
	return e, nil
}

// levels are the binary operators, those that bind least first.
var levels = [][]string{
	{"or", "||"}, {"and", "&&"}, {"not"}, {"==", "===", "!=", "!==", "<", "<=", ">", ">=", "in", "is"},
	{"~"}, {"+", "-"}, {"*", "/", "//", "%"}, {"**"},
}

func (p *parser) binary(level int) (expr, error) {
	if level == len(levels) {
		return p.unary()
	}
	if levels[level][0] == "not" {
		if _, ok := p.take("not", "!"); ok {
			if p.depth++; p.depth > maxDepth {
				return nil, fmt.Errorf("the expression nests deeper than %d", maxDepth)
			}
			x, err := p.binary(level)
			p.depth--
			return unary{"not", x}, err
		}
		return p.binary(level + 1)
	}
	a, err := p.binary(level + 1)
	for err == nil {
		if levels[level][0] == "==" && p.peek().text == "not" && len(p.tokens) > 1 && p.tokens[1].text == "in" {
			p.next()
			p.next()
			var b expr
			b, err = p.binary(level + 1)
			a = unary{"not", binary{"in", a, b}}
			continue
		}
		op, ok := p.take(levels[level]...)
		if !ok {
			return a, nil
		}
		if op == "is" {
			a, err = p.test(a)
			continue
		}
		var b expr
		b, err = p.binary(level + 1)
		a = binary{op, a, b}
	}
	return nil, err
}

func (p *parser) test(x expr) (expr, error) {
	t := test{x: x}
	_, t.not = p.take("not")
	word := p.next()
	if word.kind != tokenName {
		return nil, fmt.Errorf("a test such as defined is missing after is")
	}
	t.name = word.text
	if _, ok := p.take("("); ok {
		var err error
		if t.arg, err = p.expression(); err != nil {
			return nil, err
		}
		return t, p.expect(")")
	}
	return t, nil
}

func (p *parser) unary() (expr, error) {
	if op, ok := p.take("-", "+"); ok {
		if p.depth++; p.depth > maxDepth {
			return nil, fmt.Errorf("the expression nests deeper than %d", maxDepth)
		}
		x, err := p.unary()
		p.depth--
		return unary{op, x}, err
	}
	e, err := p.primary()
	for err == nil {
		switch {
		case p.peek().text == "." && p.peek().kind == tokenMark:
			p.next()
			key := p.next()
			if key.kind != tokenName && key.kind != tokenNumber {
				return nil, fmt.Errorf("a name is missing after the dot")
			}
			if _, isCall := p.take("("); isCall {
				return nil, fmt.Errorf("methods such as .%s() are not there; use a filter: x | %s", key.text, key.text)
			}
			e = member{e, literal{key.text}}
		case p.peek().text == "[" && p.peek().kind == tokenMark:
			p.next()
			var key expr
			if key, err = p.expression(); err == nil {
				err = p.expect("]")
			}
			e = member{e, key}
		case p.peek().text == "|" && p.peek().kind == tokenMark:
			p.next()
			e, err = p.filter(e)
		default:
			return e, nil
		}
	}
	return nil, err
}

func (p *parser) filter(on expr) (expr, error) {
	word := p.next()
	if word.kind != tokenName {
		return nil, fmt.Errorf("the name of a filter is missing after |")
	}
	if _, ok := filters[word.text]; !ok {
		return nil, fmt.Errorf("there is no filter %q; there are: %s", word.text, filterNames())
	}
	c := call{name: word.text, on: on}
	if _, ok := p.take("("); ok {
		return c, p.arguments(&c)
	}
	return c, nil
}

func (p *parser) arguments(c *call) error {
	for {
		if _, ok := p.take(")"); ok {
			return nil
		}
		if len(p.tokens) > 1 && p.peek().kind == tokenName && p.tokens[1].text == "=" && p.tokens[1].kind == tokenMark {
			key := p.next().text
			p.next()
			value, err := p.expression()
			if err != nil {
				return err
			}
			if c.kw == nil {
				c.kw = map[string]expr{}
			}
			c.kw[key] = value
		} else {
			arg, err := p.expression()
			if err != nil {
				return err
			}
			c.args = append(c.args, arg)
		}
		if _, ok := p.take(","); !ok {
			return p.expect(")")
		}
	}
}

func (p *parser) primary() (expr, error) {
	t := p.next()
	switch {
	case t.kind == tokenNumber:
		n, err := strconv.ParseFloat(t.text, 64)
		return literal{n}, err
	case t.kind == tokenString:
		return literal{t.text}, nil
	case t.kind == tokenName:
		return p.word(t.text)
	case t.text == "(":
		e, err := p.expression()
		if err != nil {
			return nil, err
		}
		return e, p.expect(")")
	case t.text == "[":
		return p.list()
	case t.text == "{":
		return p.dict()
	case t.kind == tokenEnd:
		return nil, fmt.Errorf("the expression ends too early")
	}
	return nil, fmt.Errorf("%q is not expected there", t.text)
}

func (p *parser) word(w string) (expr, error) {
	switch w {
	case "true", "True":
		return literal{true}, nil
	case "false", "False":
		return literal{false}, nil
	case "none", "None", "null", "undefined":
		return literal{nil}, nil
	}
	if _, ok := p.take("("); ok {
		if w != "range" {
			return nil, fmt.Errorf("there is no function %s(); there is range(), and filters: x | %s", w, w)
		}
		c := call{name: w}
		err := p.arguments(&c)
		return c, err
	}
	return name{w}, nil
}

func (p *parser) list() (expr, error) {
	var l listOf
	for {
		if _, ok := p.take("]"); ok {
			return l, nil
		}
		item, err := p.expression()
		if err != nil {
			return nil, err
		}
		l.items = append(l.items, item)
		if _, ok := p.take(","); !ok {
			return l, p.expect("]")
		}
	}
}

func (p *parser) dict() (expr, error) {
	var d dictOf
	for {
		if _, ok := p.take("}"); ok {
			return d, nil
		}
		key := p.next()
		if key.kind != tokenName && key.kind != tokenString {
			return nil, fmt.Errorf("a key is missing before %q", key.text)
		}
		if err := p.expect(":"); err != nil {
			return nil, err
		}
		value, err := p.expression()
		if err != nil {
			return nil, err
		}
		d.keys, d.values = append(d.keys, key.text), append(d.values, value)
		if _, ok := p.take(","); !ok {
			return d, p.expect("}")
		}
	}
}
