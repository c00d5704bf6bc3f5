package scaffold

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/wire"
)

// Step is one step of a template. If and Each are expressions or values.
type Step struct {
	ID     string         `json:"id"`
	Name   string         `json:"name"`
	Action string         `json:"action"`
	Input  map[string]any `json:"input,omitempty"`
	If     any            `json:"if,omitempty"`
	Each   any            `json:"each,omitempty"`
}

// Template is what a task carries out.
type Template struct {
	Ref    string         `json:"entityRef"`
	Title  string         `json:"title"`
	Steps  []Step         `json:"steps"`
	Output map[string]any `json:"output,omitempty"`
	// Base is the address of the template's file; relative addresses start from it.
	Base string `json:"baseUrl,omitempty"`
}

// parseTemplate reads the steps of a Template entity. An action that nobody knows is
// an error that names those there are.
func parseTemplate(e entity.Entity, known []string) (Template, error) {
	if bad := entity.Validate(e); len(bad) > 0 || !strings.EqualFold(e.Kind(), "Template") {
		return Template{}, wire.Input("this is no valid Template: %s", strings.Join(append(bad, "kind is "+e.Kind()), "; "))
	}
	t := Template{Ref: e.Ref().String(), Title: e.Title(), Base: strings.TrimPrefix(e.Annotation(entity.AnnotationLocation), "url:")}
	data, err := json.Marshal(e.Spec())
	if err != nil {
		return Template{}, err
	}
	var spec struct {
		Steps  []Step         `json:"steps"`
		Output map[string]any `json:"output"`
	}
	if err := json.Unmarshal(data, &spec); err != nil {
		return Template{}, wire.Input("the steps or the output of %s are not written as they should be: %v", t.Ref, err)
	}
	t.Steps, t.Output = spec.Steps, spec.Output
	seen := map[string]bool{}
	for i := range t.Steps {
		s := &t.Steps[i]
		if s.ID == "" {
			s.ID = fmt.Sprintf("step-%d", i+1)
		}
		if s.Name == "" {
			s.Name = s.ID
		}
		if seen[s.ID] {
			return Template{}, wire.Input("two steps of %s have the id %q", t.Ref, s.ID)
		}
		seen[s.ID] = true
		if !slices.Contains(known, s.Action) {
			return Template{}, wire.Input("step %q of %s wants the action %q, which is not there; there are: %s", s.ID, t.Ref, s.Action, strings.Join(known, ", "))
		}
	}
	return t, nil
}

// Form is one page of a template's form.
type Form struct {
	Title       string         `json:"title"`
	Description string         `json:"description,omitempty"`
	Schema      map[string]any `json:"schema"`
}

// forms returns the parameters of a template: one schema, or a list of them.
func forms(e entity.Entity) []Form {
	list, ok := e.Spec()["parameters"].([]any)
	if m, one := e.Spec()["parameters"].(map[string]any); one {
		list, ok = []any{m}, true
	}
	if !ok {
		return []Form{}
	}
	out := []Form{}
	for _, item := range list {
		m, _ := item.(map[string]any)
		if m == nil {
			continue
		}
		schema := maps.Clone(m)
		f := Form{Schema: schema}
		f.Title, _ = m["title"].(string)
		f.Description, _ = m["description"].(string)
		if f.Title == "" {
			f.Title = "Please enter the following information"
		}
		out = append(out, f)
	}
	return out
}

// refuseLoading keeps schemas from drawing in others from anywhere.
type refuseLoading struct{}

// Load implements jsonschema.URLLoader.
func (refuseLoading) Load(url string) (any, error) {
	return nil, fmt.Errorf("a schema may not refer to %s", url)
}

// SchemaError is one thing that is wrong with the values of a form.
type SchemaError struct {
	Path     []string `json:"path"`
	Property string   `json:"property"`
	Message  string   `json:"message"`
	Stack    string   `json:"stack"`
}

// check fills in the defaults of the template's parameters and returns what is wrong
// with the values.
func check(e entity.Entity, values map[string]any) ([]SchemaError, error) {
	out := []SchemaError{}
	for _, f := range forms(e) {
		properties, _ := f.Schema["properties"].(map[string]any)
		for key, p := range properties {
			m, _ := p.(map[string]any)
			if preset, there := m["default"]; there && values[key] == nil {
				values[key] = preset
			}
		}
		schema, err := compile(f.Schema)
		if err != nil {
			return nil, wire.Input("the parameters of %s are no JSON Schema: %v", e.Ref(), err)
		}
		instance, err := plain(values)
		if err != nil {
			return nil, err
		}
		if invalid := (*jsonschema.ValidationError)(nil); errors.As(schema.Validate(instance), &invalid) {
			out = append(out, flatten(invalid)...)
		}
	}
	return out, nil
}

func compile(schema map[string]any) (*jsonschema.Schema, error) {
	doc, err := plain(schema)
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.UseLoader(refuseLoading{})
	if err := c.AddResource("labbox:parameters", doc); err != nil {
		return nil, err
	}
	return c.Compile("labbox:parameters")
}

// plain makes of v what the schema library expects.
func plain(v any) (any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(data))
}

func flatten(e *jsonschema.ValidationError) []SchemaError {
	out := []SchemaError{}
	for _, unit := range e.BasicOutput().Errors {
		if unit.Error == nil {
			continue
		}
		p := []string{}
		for part := range strings.SplitSeq(strings.TrimPrefix(unit.InstanceLocation, "/"), "/") {
			if part != "" {
				p = append(p, part)
			}
		}
		property := strings.Join(append([]string{"instance"}, p...), ".")
		words := unit.Error.String()
		out = append(out, SchemaError{Path: p, Property: property, Message: words, Stack: property + " " + words})
	}
	return out
}
