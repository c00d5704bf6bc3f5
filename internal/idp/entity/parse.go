package entity

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

const maxDocuments = 200

// Parse reads the documents of a file; those that are empty are left out. A file
// that is no YAML, and a document that is no object, are errors, which name the line.
func Parse(data []byte) ([]Entity, error) {
	var out []Entity
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for range maxDocuments {
		var node yaml.Node
		err := dec.Decode(&node)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, fmt.Errorf("read YAML: %w", err)
		}
		var value any
		if err := node.Decode(&value); err != nil {
			return out, fmt.Errorf("read YAML: %w", err)
		}
		if value == nil {
			continue
		}
		m, ok := Plain(value).(map[string]any)
		if !ok {
			return out, fmt.Errorf("read YAML: line %d: a document must be an object with apiVersion, kind and metadata", node.Line)
		}
		out = append(out, m)
	}
	return out, fmt.Errorf("read YAML: more than %d documents in one file", maxDocuments)
}

// Plain turns what a YAML reader returns into what a JSON reader would: keys are
// texts, numbers are float64, times are texts.
func Plain(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for k, item := range x {
			x[k] = Plain(item)
		}
		return x
	case map[any]any:
		m := make(map[string]any, len(x))
		for k, item := range x {
			m[fmt.Sprint(k)] = Plain(item)
		}
		return m
	case []any:
		for i, item := range x {
			x[i] = Plain(item)
		}
		return x
	case int:
		return float64(x)
	case int64:
		return float64(x)
	case uint64:
		return float64(x)
	case time.Time:
		if x.Hour() == 0 && x.Minute() == 0 && x.Second() == 0 {
			return x.Format(time.DateOnly)
		}
		return x.Format(time.RFC3339)
	}
	return v
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// ParseValue reads a file of one YAML document, whatever it is.
func ParseValue(data []byte) (any, error) {
	var v any
	if err := yaml.Unmarshal(data, &v); err != nil {
		return nil, fmt.Errorf("read YAML: %w", err)
	}
	return Plain(v), nil
}

// Format writes values as YAML documents.
func Format(values ...any) ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	for _, v := range values {
		if err := enc.Encode(v); err != nil {
			return nil, fmt.Errorf("write YAML: %w", err)
		}
	}
	return b.Bytes(), enc.Close()
}
