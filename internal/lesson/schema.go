package lesson

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// schema is the JSON Schema of lesson.yaml.
type schema struct {
	raw      map[string]any
	compiled *jsonschema.Schema
}

// newSchema compiles the schema; it loads nothing from elsewhere.
func newSchema(data []byte) (*schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read the schema of lessons: %w", err)
	}
	raw, ok := doc.(map[string]any)
	if !ok {
		return nil, errors.New("read the schema of lessons: it is no object")
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(jsonschema.SchemeURLLoader{})
	const name = "mem:///lesson.schema.json"
	if err := compiler.AddResource(name, doc); err != nil {
		return nil, fmt.Errorf("read the schema of lessons: %w", err)
	}
	compiled, err := compiler.Compile(name)
	if err != nil {
		return nil, fmt.Errorf("read the schema of lessons: %w", err)
	}
	return &schema{raw, compiled}, nil
}

// check returns what in the document is not as the schema wants it.
func (s *schema) check(file string, d *document) Problems {
	var failed *jsonschema.ValidationError
	if err := s.compiled.Validate(d.value); !errors.As(err, &failed) {
		if err != nil {
			return Problems{{file, 1, err.Error()}}
		}
		return nil
	}
	var found Problems
	s.leaves(failed, func(leaf *jsonschema.ValidationError) {
		path := leaf.InstanceLocation
		if extra, ok := leaf.ErrorKind.(*kind.AdditionalProperties); ok {
			for _, key := range extra.Properties {
				found.add(file, d.line(append(slices.Clone(path), key)...), "%s", s.explain(leaf, "unknown key "+place(append(slices.Clone(path), key))))
			}
			return
		}
		text := leaf.ErrorKind.LocalizedString(message.NewPrinter(language.English))
		if at := place(path); at != "" {
			text = at + ": " + text
		}
		found.add(file, d.line(path...), "%s", s.explain(leaf, text))
	})
	found.sort()
	return found
}

// leaves calls f for each error that has no cause of its own. What a "not" and the
// like are made of says nothing to an author.
func (s *schema) leaves(e *jsonschema.ValidationError, f func(*jsonschema.ValidationError)) {
	if len(e.Causes) == 0 {
		f(e)
		return
	}
	for _, cause := range e.Causes {
		s.leaves(cause, f)
	}
}

// explain adds what is allowed: the keys of an object, and the schema's own words.
func (s *schema) explain(leaf *jsonschema.ValidationError, text string) string {
	at := s.at(leaf.SchemaURL)
	if _, ok := leaf.ErrorKind.(*kind.AdditionalProperties); ok {
		if keys, ok := at["properties"].(map[string]any); ok {
			return text + "; allowed are " + strings.Join(slices.Sorted(maps.Keys(keys)), ", ")
		}
	}
	if words, ok := at["description"].(string); ok {
		text += "; wanted is " + words
	}
	return text
}

// at returns the part of the schema that a URL's fragment points to.
func (s *schema) at(url string) map[string]any {
	_, pointer, _ := strings.Cut(url, "#")
	var now any = s.raw
	for _, part := range strings.Split(strings.Trim(pointer, "/"), "/") {
		if part == "" {
			continue
		}
		part = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
		object, ok := now.(map[string]any)
		if !ok {
			return nil
		}
		now = object[part]
	}
	object, _ := now.(map[string]any)
	return object
}
