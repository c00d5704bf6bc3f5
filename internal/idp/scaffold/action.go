package scaffold

import (
	"context"
	"fmt"
	"strings"

	"github.com/labbox/labbox/internal/idp/catalog"
	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/repo"
)

// Catalog is what templates need of the catalog.
type Catalog interface {
	Get(ref string) entity.Entity
	Register(ctx context.Context, target string, dry bool) (catalog.Registration, error)
}

// Deployer hands what a template made to Argo CD.
type Deployer interface {
	// Deploy declares an application; one that the same task declared before is fine.
	Deploy(ctx context.Context, a Application) error
}

// Application is what Argo CD is told.
type Application struct {
	Name, RepoURL, Path, Revision, Namespace, Project string
	// Owner and Task say who asked for it.
	Owner, Task string
}

// Environments makes environments.
type Environments interface {
	// Ensure returns the namespace of the environment, which it makes where there is none.
	Ensure(ctx context.Context, e EnvironmentWish) (namespace string, err error)
}

// EnvironmentWish is an environment that a template wants.
type EnvironmentWish struct{ Name, Owner, Size, TTL string }

// Tools are the systems that actions work on.
type Tools struct {
	Git          *repo.Client
	Catalog      Catalog
	Deployer     Deployer
	Environments Environments
}

// field is one input or output of an action.
type field struct {
	name, kind string // kind: string, number, boolean, object, array, or any
	required   bool
	about      string
}

// action is one thing that a step can do.
type action struct {
	id, about     string
	input, output []field
	// outside says that it changes something outside the workspace; a dry run leaves it out.
	outside bool
	run     func(ctx context.Context, j *job) (map[string]any, error)
}

// job is one call of an action.
type job struct {
	tools *Tools
	ws    *workspace
	in    map[string]any
	task  string
	owner string
	dry   bool
	// base is where the template's file is; given are its files where a dry run
	// brought them along.
	base  repo.Place
	given []repo.File
	say   func(format string, args ...any)
}

// text returns an input as a text.
func (j *job) text(key string) string {
	switch v := j.in[key].(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// orElse returns an input as a text, or preset where it is empty.
func (j *job) orElse(key, preset string) string {
	if s := j.text(key); s != "" {
		return s
	}
	return preset
}

// texts returns an input as a list of texts.
func (j *job) texts(key string) []string {
	var out []string
	list, _ := j.in[key].([]any)
	for _, item := range list {
		out = append(out, fmt.Sprint(item))
	}
	return out
}

func (j *job) flag(key string) bool {
	b, _ := j.in[key].(bool)
	return b
}

// checkInput says which input is missing or of the wrong kind.
func (a action) checkInput(in map[string]any) error {
	for _, f := range a.input {
		v, there := in[f.name]
		if !there || v == nil || v == "" {
			if f.required {
				return fmt.Errorf("%s needs the input %q: %s", a.id, f.name, f.about)
			}
			continue
		}
		if kind := kindOf(v); f.kind != "any" && kind != f.kind && !(f.kind == "string" && kind == "number") {
			return fmt.Errorf("%s: the input %q must be of type %s, not %s", a.id, f.name, f.kind, kind)
		}
	}
	return nil
}

func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case float64, int:
		return "number"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "any"
}

// schema returns fields as JSON Schema.
func schema(fields []field) map[string]any {
	properties := map[string]any{}
	required := []string{}
	for _, f := range fields {
		p := map[string]any{"description": f.about}
		if f.kind != "any" {
			p["type"] = f.kind
		}
		properties[f.name] = p
		if f.required {
			required = append(required, f.name)
		}
	}
	out := map[string]any{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// actions are all there are, by topic.
func actions() []action {
	var all []action
	all = append(all, fetchActions()...)
	all = append(all, fileActions()...)
	all = append(all, catalogActions()...)
	return append(all, labActions()...)
}

func actionIDs(all []action) []string {
	var out []string
	for _, a := range all {
		out = append(out, a.id)
	}
	return out
}

// describe is an action as GET /v2/actions shows it.
func (a action) describe() map[string]any {
	return map[string]any{"id": a.id, "description": strings.TrimSpace(a.about),
		"schema": map[string]any{"input": schema(a.input), "output": schema(a.output)}}
}
