package lesson

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// document is a YAML file as plain values, with the line of each.
type document struct {
	value any
	lines map[string]int // JSON pointer to line; that of a key for what is in a map
}

// parseDocument reads one YAML document; keys that are there twice are an error.
func parseDocument(data []byte) (*document, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, err
	}
	if len(root.Content) == 0 {
		return nil, errors.New("the file is empty")
	}
	d := &document{lines: map[string]int{}}
	value, err := d.convert("", root.Content[0])
	d.value = value
	return d, err
}

// lineError is an error at a line of a YAML file.
type lineError struct {
	line int
	text string
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.text) }

func (d *document) convert(at string, n *yaml.Node) (any, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if _, known := d.lines[at]; !known {
		d.lines[at] = n.Line
	}
	switch n.Kind {
	case yaml.MappingNode:
		return d.mapping(at, n)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			value, err := d.convert(at+"/"+strconv.Itoa(i), item)
			if err != nil {
				return nil, err
			}
			list[i] = value
		}
		return list, nil
	}
	var value any
	if err := n.Decode(&value); err != nil {
		return nil, &lineError{n.Line, err.Error()}
	}
	return plain(value), nil
}

func (d *document) mapping(at string, n *yaml.Node) (any, error) {
	out := map[string]any{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if _, twice := out[key.Value]; twice {
			return nil, &lineError{key.Line, fmt.Sprintf("the key %q is there twice", key.Value)}
		}
		place := at + "/" + escapePointer(key.Value)
		d.lines[place] = key.Line
		value, err := d.convert(place, n.Content[i+1])
		if err != nil {
			return nil, err
		}
		out[key.Value] = value
	}
	return out, nil
}

// line returns where a value is; that of the nearest one around it where it is not.
func (d *document) line(path ...string) int {
	for n := len(path); n >= 0; n-- {
		at := ""
		for _, part := range path[:n] {
			at += "/" + escapePointer(part)
		}
		if line, known := d.lines[at]; known {
			return line
		}
	}
	return 1
}

func escapePointer(part string) string {
	return strings.ReplaceAll(strings.ReplaceAll(part, "~", "~0"), "/", "~1")
}

// place says a path as an author would: tasks[0].hints.
func place(path []string) string {
	var out strings.Builder
	for _, part := range path {
		if _, err := strconv.Atoi(part); err == nil {
			out.WriteString("[" + part + "]")
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('.')
		}
		out.WriteString(part)
	}
	return out.String()
}
