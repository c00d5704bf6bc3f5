package nunjucks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

type (
	node interface {
		render(*state, *strings.Builder) error
	}
	textNode struct{ text string }
	outNode  struct {
		e    expr
		line int
	}
	setNode struct {
		name string
		e    expr
		line int
	}
	ifNode struct {
		cond []expr // one more body than conditions: else
		body [][]node
		line int
	}
	forNode struct {
		names       []string
		in          expr
		body, empty []node
		line        int
	}
)

// piece is a stretch of a template: text, expression, block or comment.
type piece struct {
	kind byte // 't' text, '$' expression, '%' block
	text string
	line int
}

// split cuts a template into pieces; comments and raw are gone afterwards.
func split(text string, o Options) ([]piece, error) {
	var out []piece
	line := 1
	open := o.open()
	for text != "" {
		at, which := len(text), ""
		for _, mark := range []string{open, "{%", "{#"} {
			if i := strings.Index(text, mark); i >= 0 && i < at {
				at, which = i, mark
			}
		}
		before := text[:at]
		text = text[at+len(which):]
		line += strings.Count(before, "\n")
		if which == "" {
			return append(out, piece{'t', before, line}), nil
		}
		begin := line
		closer := map[string]string{open: "}}", "{%": "%}", "{#": "#}"}[which]
		end := closing(text, closer)
		if which == "{#" {
			end = strings.Index(text, closer)
		}
		if end < 0 {
			return nil, fmt.Errorf("line %d: %s is not closed by %s", begin, which, closer)
		}
		inner := text[:end]
		text = text[end+2:]
		line += strings.Count(inner, "\n")
		inner, before, text = trim(trimming{inner, before, text, which == open}, o)
		if before != "" {
			out = append(out, piece{'t', before, begin})
		}
		switch {
		case which == open:
			out = append(out, piece{'$', inner, begin})
		case which == "{%" && (inner == "raw" || inner == "verbatim"):
			raw, rest, ok := cutRaw(text, inner)
			if !ok {
				return nil, fmt.Errorf("line %d: {%% %s %%} is not closed by {%% end%s %%}", begin, inner, inner)
			}
			out = append(out, piece{'t', raw, begin})
			line += strings.Count(text[:len(text)-len(rest)], "\n")
			text = rest
		case which == "{%":
			out = append(out, piece{'%', inner, begin})
		}
	}
	return out, nil
}

type trimming struct {
	inner, before, after string
	expression           bool
}

// trim carries out the - at either end and the options for blocks.
func trim(t trimming, o Options) (inner, before, after string) {
	if strings.HasPrefix(t.inner, "-") {
		t.inner, t.before = t.inner[1:], strings.TrimRight(t.before, " \t\r\n")
	} else if !t.expression && o.LstripBlocks {
		if cut := strings.TrimRight(t.before, " \t"); cut == "" || strings.HasSuffix(cut, "\n") {
			t.before = cut
		}
	}
	if strings.HasSuffix(t.inner, "-") {
		t.inner, t.after = t.inner[:len(t.inner)-1], strings.TrimLeft(t.after, " \t\r\n")
	} else if !t.expression && o.TrimBlocks {
		t.after = strings.TrimPrefix(strings.TrimPrefix(t.after, "\r"), "\n")
	}
	return strings.TrimSpace(t.inner), t.before, t.after
}

func cutRaw(text, word string) (raw, rest string, ok bool) {
	for from := 0; ; {
		i := strings.Index(text[from:], "{%")
		if i < 0 {
			return "", "", false
		}
		i += from
		end := strings.Index(text[i:], "%}")
		if end < 0 {
			return "", "", false
		}
		if strings.Trim(text[i+2:i+end], " \t\n-") == "end"+word {
			return text[:i], text[i+end+2:], true
		}
		from = i + 2
	}
}

// builder makes nodes of pieces.
type builder struct {
	pieces []piece
	depth  int
}

func parseTemplate(text string, o Options) ([]node, error) {
	pieces, err := split(text, o)
	if err != nil {
		return nil, err
	}
	b := &builder{pieces: pieces}
	nodes, stop, err := b.until()
	if err == nil && stop.kind != 0 {
		err = fmt.Errorf("line %d: {%% %s %%} has no beginning", stop.line, stop.text)
	}
	return nodes, err
}

// until reads nodes up to a block whose first word is one of the words, which it
// takes and returns; without such a block it reads to the end.
func (b *builder) until(words ...string) ([]node, piece, error) {
	if b.depth++; b.depth > maxDepth {
		return nil, piece{}, fmt.Errorf("blocks nest deeper than %d", maxDepth)
	}
	defer func() { b.depth-- }()
	var out []node
	for len(b.pieces) > 0 {
		p := b.pieces[0]
		b.pieces = b.pieces[1:]
		switch p.kind {
		case 't':
			out = append(out, textNode{p.text})
			continue
		case '$':
			e, err := parseExpr(p.text)
			if err != nil {
				return nil, p, fmt.Errorf("line %d: %s: %w", p.line, p.text, err)
			}
			out = append(out, outNode{e, p.line})
			continue
		}
		word, rest, _ := strings.Cut(p.text, " ")
		if slices.Contains(words, word) || strings.HasPrefix(word, "end") || word == "else" || word == "elif" || word == "elseif" {
			if !slices.Contains(words, word) && len(words) > 0 {
				return nil, p, fmt.Errorf("line %d: {%% %s %%} comes where {%% %s %%} is expected", p.line, p.text, strings.Join(words, " or "))
			}
			return out, p, nil
		}
		n, err := b.block(p, word, strings.TrimSpace(rest))
		if err != nil {
			return nil, p, err
		}
		out = append(out, n)
	}
	if len(words) > 0 {
		return nil, piece{}, fmt.Errorf("{%% %s %%} is missing at the end", words[len(words)-1])
	}
	return out, piece{}, nil
}

func (b *builder) block(p piece, word, rest string) (node, error) {
	wrap := func(err error) error { return fmt.Errorf("line %d: {%% %s %%}: %w", p.line, p.text, err) }
	switch word {
	case "if":
		return b.ifBlock(p, rest)
	case "for":
		names, in, ok := strings.Cut(rest, " in ")
		if !ok {
			return nil, wrap(fmt.Errorf("it is written as for x in list"))
		}
		n := forNode{line: p.line}
		for part := range strings.SplitSeq(names, ",") {
			n.names = append(n.names, strings.TrimSpace(part))
		}
		var err error
		if n.in, err = parseExpr(in); err != nil {
			return nil, wrap(err)
		}
		stop := piece{}
		if n.body, stop, err = b.until("else", "endfor"); err != nil {
			return nil, err
		}
		if stop.text == "else" {
			n.empty, _, err = b.until("endfor")
		}
		return n, err
	case "set":
		key, value, ok := strings.Cut(rest, "=")
		if !ok {
			return nil, wrap(fmt.Errorf("it is written as set x = value"))
		}
		e, err := parseExpr(value)
		if err != nil {
			return nil, wrap(err)
		}
		return setNode{strings.TrimSpace(key), e, p.line}, nil
	}
	return nil, wrap(fmt.Errorf("there is no such block; there are if, for, set and raw"))
}

func (b *builder) ifBlock(p piece, rest string) (node, error) {
	n := ifNode{line: p.line}
	for {
		cond, err := parseExpr(rest)
		if err != nil {
			return nil, fmt.Errorf("line %d: {%% %s %%}: %w", p.line, p.text, err)
		}
		body, stop, err := b.until("elif", "elseif", "else", "endif")
		if err != nil {
			return nil, err
		}
		n.cond, n.body = append(n.cond, cond), append(n.body, body)
		word, more, _ := strings.Cut(stop.text, " ")
		switch word {
		case "endif":
			return n, nil
		case "else":
			body, _, err := b.until("endif")
			n.body = append(n.body, body)
			return n, err
		}
		p, rest = stop, more
	}
}

func renderAll(nodes []node, s *state, b *strings.Builder) error {
	for _, n := range nodes {
		if err := n.render(s, b); err != nil {
			return err
		}
	}
	return nil
}

func (n textNode) render(s *state, b *strings.Builder) error {
	b.WriteString(n.text)
	return s.charge(len(n.text))
}

func (n outNode) render(s *state, b *strings.Builder) error {
	v, err := n.e.eval(s)
	if err != nil {
		return fmt.Errorf("line %d: %w", n.line, err)
	}
	text := Text(v)
	b.WriteString(text)
	return s.charge(len(text))
}

func (n setNode) render(s *state, _ *strings.Builder) error {
	v, err := n.e.eval(s)
	if err != nil {
		return fmt.Errorf("line %d: %w", n.line, err)
	}
	s.scopes[len(s.scopes)-1][n.name] = v
	return nil
}

func (n ifNode) render(s *state, b *strings.Builder) error {
	for i, cond := range n.cond {
		v, err := cond.eval(s)
		if err != nil {
			return fmt.Errorf("line %d: %w", n.line, err)
		}
		if truth(v) {
			return renderAll(n.body[i], s, b)
		}
	}
	if len(n.body) > len(n.cond) {
		return renderAll(n.body[len(n.cond)], s, b)
	}
	return nil
}

func (n forNode) render(s *state, b *strings.Builder) error {
	v, err := n.in.eval(s)
	if err != nil {
		return fmt.Errorf("line %d: %w", n.line, err)
	}
	items := n.items(v)
	if len(items) == 0 {
		return renderAll(n.empty, s, b)
	}
	for i, item := range items {
		scope := map[string]any{"loop": map[string]any{
			"index": float64(i + 1), "index0": float64(i), "first": i == 0, "last": i == len(items)-1, "length": float64(len(items)),
		}}
		if len(n.names) == 1 {
			scope[n.names[0]] = item
		} else {
			for j, name := range n.names {
				scope[name] = get(item, float64(j))
			}
		}
		s.scopes = append(s.scopes, scope)
		err := renderAll(n.body, s, b)
		s.scopes = s.scopes[:len(s.scopes)-1]
		if err != nil {
			return err
		}
	}
	return nil
}

// items returns what a loop goes over: with two names, an object's keys and values.
func (n forNode) items(v any) []any {
	switch x := v.(type) {
	case []any:
		return x
	case map[string]any:
		out := []any{}
		for _, key := range slices.Sorted(maps.Keys(x)) {
			if len(n.names) == 2 {
				out = append(out, []any{key, x[key]})
			} else {
				out = append(out, key)
			}
		}
		return out
	}
	return nil
}
