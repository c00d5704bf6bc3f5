package scaffold

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/nunjucks"
	"github.com/labbox/labbox/internal/idp/repo"
)

const maxEach = 100

// run is one passage through the steps of a template.
type run struct {
	tools    *Tools
	actions  []action
	template Template
	task     string
	dry      bool
	base     repo.Place
	given    []repo.File
	ws       *workspace
	vars     map[string]any
	steps    map[string]any // outputs by step
	secrets  []string       // never to be shown
	say      func(b Body)
}

// newRun prepares a run; it does nothing yet.
func newRun(tools *Tools, spec Spec, secrets map[string]any) *run {
	r := &run{tools: tools, actions: actions(), template: spec.Template, ws: newWorkspace(), steps: map[string]any{}}
	if spec.Template.Base != "" {
		r.base, _ = tools.Git.Parse(spec.Template.Base)
	}
	user := map[string]any{"ref": spec.User}
	if e := tools.Catalog.Get(spec.User); e != nil {
		user["entity"] = map[string]any(e)
	}
	if secrets == nil {
		secrets = map[string]any{}
	}
	for _, v := range secrets {
		if s, ok := v.(string); ok && len(s) > 3 {
			r.secrets = append(r.secrets, s)
		}
	}
	r.vars = map[string]any{"parameters": spec.Parameters, "steps": r.steps, "user": user, "secrets": secrets}
	return r
}

// carryOut runs the steps and returns the template's output. It stops at the first
// step that fails, and when ctx is done.
func (r *run) carryOut(ctx context.Context) (map[string]any, error) {
	r.vars["context"] = map[string]any{"task": map[string]any{"id": r.task}}
	for _, s := range r.template.Steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := r.step(ctx, s); err != nil {
			r.tell(s.ID, StatusFailed, "Step %s failed: %v", s.Name, err)
			return nil, fmt.Errorf("step %s: %w", s.ID, err)
		}
	}
	return r.output()
}

// tell writes to the log, without the secrets.
func (r *run) tell(step, status, format string, args ...any) {
	words := fmt.Sprintf(format, args...)
	for _, s := range r.secrets {
		words = strings.ReplaceAll(words, s, "***")
	}
	r.say(Body{Message: words, StepID: step, Status: status})
}

func (r *run) step(ctx context.Context, s Step) error {
	if s.If != nil {
		wanted, err := nunjucks.Deep(s.If, r.vars, nunjucks.Options{})
		if err != nil {
			return fmt.Errorf("if: %w", err)
		}
		if !nunjucks.Truth(wanted) {
			r.tell(s.ID, "skipped", "Skipping step %s because its if condition was false", s.ID)
			return nil
		}
	}
	r.tell(s.ID, StatusProcessing, "Beginning step %s", s.Name)
	items, err := r.each(s)
	if err != nil {
		return err
	}
	output := map[string]any{}
	for _, item := range items {
		one, err := r.call(ctx, s, item)
		if err != nil {
			return err
		}
		collect(output, one, s.Each != nil)
	}
	r.steps[s.ID] = map[string]any{"output": output}
	r.tell(s.ID, StatusCompleted, "Finished step %s", s.Name)
	return nil
}

// collect lays one output over all: as it is, or as one more item of each list.
func collect(all, one map[string]any, listed bool) {
	for key, v := range one {
		if !listed {
			all[key] = v
			continue
		}
		list, _ := all[key].([]any)
		all[key] = append(list, v)
	}
}

// each returns what the step is run for; once, with nil, where it says nothing.
func (r *run) each(s Step) ([]map[string]any, error) {
	if s.Each == nil {
		return []map[string]any{nil}, nil
	}
	v, err := nunjucks.Deep(s.Each, r.vars, nunjucks.Options{})
	if err != nil {
		return nil, fmt.Errorf("each: %w", err)
	}
	var out []map[string]any
	switch x := v.(type) {
	case []any:
		for i, item := range x {
			out = append(out, map[string]any{"key": float64(i), "value": item})
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(x)) {
			out = append(out, map[string]any{"key": key, "value": x[key]})
		}
	default:
		return nil, errors.New("each must give a list or an object")
	}
	if len(out) > maxEach {
		return nil, fmt.Errorf("each gives %d items; %d are the most", len(out), maxEach)
	}
	return out, nil
}

func (r *run) call(ctx context.Context, s Step, each map[string]any) (map[string]any, error) {
	i := slices.IndexFunc(r.actions, func(a action) bool { return a.id == s.Action })
	if i < 0 {
		return nil, fmt.Errorf("there is no action %q; there are: %s", s.Action, strings.Join(actionIDs(r.actions), ", "))
	}
	vars := r.vars
	if each != nil {
		vars = maps.Clone(r.vars)
		vars["each"] = each
	}
	in, err := nunjucks.Deep(s.Input, vars, nunjucks.Options{})
	if err != nil {
		return nil, fmt.Errorf("input: %w", err)
	}
	input, _ := in.(map[string]any)
	a := r.actions[i]
	if err := a.checkInput(input); err != nil {
		return nil, err
	}
	if r.dry && a.outside {
		r.tell(s.ID, "", "A dry run leaves %s out", a.id)
		return map[string]any{}, nil
	}
	owner, _ := r.vars["parameters"].(map[string]any)["owner"].(string)
	j := &job{tools: r.tools, ws: r.ws, in: input, task: r.task, owner: owner, dry: r.dry, base: r.base, given: r.given,
		say: func(format string, args ...any) { r.tell(s.ID, "", format, args...) }}
	return a.run(ctx, j)
}

// output fills in the template's output; links without an address are left out.
func (r *run) output() (map[string]any, error) {
	v, err := nunjucks.Deep(r.template.Output, r.vars, nunjucks.Options{})
	if err != nil {
		return nil, fmt.Errorf("output: %w", err)
	}
	out, _ := v.(map[string]any)
	if out == nil {
		return map[string]any{}, nil
	}
	if list, ok := out["links"].([]any); ok {
		links := []any{}
		for _, item := range list {
			m, _ := item.(map[string]any)
			if url, _ := m["url"].(string); url != "" {
				m["url"] = r.tools.Git.Open(url)
				links = append(links, m)
			} else if ref, _ := m["entityRef"].(string); ref != "" {
				if _, err := entity.ParseRef(ref, ""); err == nil {
					links = append(links, m)
				}
			}
		}
		out["links"] = links
	}
	return out, nil
}
