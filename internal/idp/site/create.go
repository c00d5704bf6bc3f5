package site

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/scaffold"
	"github.com/labbox/labbox/internal/idp/wire"
)

func (s *Site) create(w http.ResponseWriter, r *http.Request) {
	var rows []row
	for _, e := range s.opt.Catalog.All("template") {
		one := rowOf(e, langOf(r))
		one.Ref = "/create/templates/" + e.Namespace() + "/" + e.Name()
		rows = append(rows, one)
	}
	all := s.opt.Scaffolder.Tasks()
	s.show(w, r, page{name: "create", tab: "create", data: map[string]any{"Rows": rows, "Tasks": all[:min(len(all), 20)]}})
}

// input is one field of a form.
type input struct {
	Name, Title, Help, Kind, Pattern string
	Value                            string
	Options                          []string
	Required, Focus                  bool
	Min, Max                         string
	Errors                           []string
}

type fieldset struct {
	Title, Description string
	Inputs             []input
}

// fieldsets makes a form of a template's parameters.
func (s *Site) fieldsets(state formState) []fieldset {
	var out []fieldset
	for _, f := range s.opt.Scaffolder.Forms(state.entity) {
		set := fieldset{Title: f.Title, Description: f.Description}
		translate(f.Schema, state.lang, &set.Title, &set.Description)
		properties, _ := f.Schema["properties"].(map[string]any)
		required, _ := f.Schema["required"].([]any)
		names := slices.Sorted(maps.Keys(properties))
		// JSON objects have no order; what is required comes first, then what it says.
		slices.SortStableFunc(names, func(a, b string) int { return rank(required, a) - rank(required, b) })
		for _, name := range names {
			p, _ := properties[name].(map[string]any)
			in := s.inputOf(name, p)
			translate(p, state.lang, &in.Title, &in.Help)
			in.Required = slices.Contains(required, any(name))
			if v, given := state.values[name]; given {
				in.Value = v
			}
			for _, e := range state.wrong {
				if len(e.Path) > 0 && e.Path[0] == name {
					in.Errors = append(in.Errors, e.Message)
				}
			}
			set.Inputs = append(set.Inputs, in)
		}
		out = append(out, set)
	}
	return out
}

// translate puts the words of ui:options.LANG in the place of a schema's own, where
// there are any; Backstage itself shows its own.
func translate(schema map[string]any, lang string, title, description *string) {
	options, _ := schema["ui:options"].(map[string]any)
	words, _ := options[lang].(map[string]any)
	if t, ok := words["title"].(string); ok {
		*title = t
	}
	if d, ok := words["description"].(string); ok {
		*description = d
	}
}

func rank(required []any, name string) int {
	if i := slices.Index(required, any(name)); i >= 0 {
		return i
	}
	return len(required)
}

func (s *Site) inputOf(name string, p map[string]any) input {
	text := func(key string) string {
		if p[key] == nil {
			return ""
		}
		return fmt.Sprint(p[key])
	}
	in := input{Name: name, Title: text("title"), Help: text("description"), Kind: "text", Value: text("default"), Pattern: text("pattern"),
		Min: text("minimum"), Max: text("maximum"), Focus: p["ui:autofocus"] == true}
	if in.Title == "" {
		in.Title = name
	}
	switch p["type"] {
	case "integer", "number":
		in.Kind = "number"
	case "boolean":
		in.Kind = "checkbox"
	case "array":
		in.Kind = "lines"
	}
	switch p["ui:widget"] {
	case "textarea":
		in.Kind = "textarea"
	case "password":
		in.Kind = "password"
	}
	if list, ok := p["enum"].([]any); ok {
		in.Kind = "select"
		for _, o := range list {
			in.Options = append(in.Options, fmt.Sprint(o))
		}
	}
	switch p["ui:field"] {
	case "OwnerPicker", "EntityPicker":
		in.Kind, in.Options = "select", s.pick(p)
	case "Secret":
		in.Kind = "password"
	}
	return in
}

// pick lists the entities that a picker offers.
func (s *Site) pick(p map[string]any) []string {
	options, _ := p["ui:options"].(map[string]any)
	filter, _ := options["catalogFilter"].(map[string]any)
	kinds := []string{}
	switch k := filter["kind"].(type) {
	case string:
		kinds = append(kinds, k)
	case []any:
		for _, item := range k {
			kinds = append(kinds, fmt.Sprint(item))
		}
	}
	if len(kinds) == 0 && p["ui:field"] == "OwnerPicker" {
		kinds = []string{"Group"}
	}
	if len(kinds) == 0 {
		kinds = []string{"Component"}
	}
	out := []string{}
	for _, k := range kinds {
		for _, e := range s.opt.Catalog.All(strings.ToLower(k)) {
			if !strings.EqualFold(k, "Group") || e.SpecText("type") == "team" {
				out = append(out, e.Ref().String())
			}
		}
	}
	return out
}

func (s *Site) template(w http.ResponseWriter, r *http.Request) entity.Entity {
	ref := entity.Ref{Kind: "template", Namespace: r.PathValue("namespace"), Name: r.PathValue("name")}.String()
	e := s.opt.Catalog.Get(ref)
	if e == nil {
		s.fail(w, r, wire.NotFound("%s", ref))
	}
	return e
}

func (s *Site) form(w http.ResponseWriter, r *http.Request) {
	if e := s.template(w, r); e != nil {
		s.showForm(w, r, formState{entity: e})
	}
}

type formState struct {
	entity  entity.Entity
	lang    string
	values  map[string]string
	wrong   []scaffold.SchemaError
	trouble string
	status  int
}

func (s *Site) showForm(w http.ResponseWriter, r *http.Request, f formState) {
	f.lang = langOf(r)
	row := rowOf(f.entity, f.lang)
	s.show(w, r, page{name: "form", tab: "create", title: row.Name, status: f.status, data: map[string]any{
		"Row": row, "Sets": s.fieldsets(f), "Wrong": f.wrong, "Trouble": f.trouble,
	}})
}

// start begins a task with what the form has sent.
func (s *Site) start(w http.ResponseWriter, r *http.Request) {
	e := s.template(w, r)
	if e == nil {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, wire.MaxBody)
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, wire.Input("the form cannot be read: %v", err))
		return
	}
	given, values := map[string]string{}, map[string]any{}
	for _, set := range s.fieldsets(formState{entity: e}) {
		for _, in := range set.Inputs {
			text := strings.TrimSpace(r.PostForm.Get(in.Name))
			if in.Kind != "password" {
				given[in.Name] = text
			}
			if v, ok := in.read(text); ok {
				values[in.Name] = v
			}
		}
	}
	id, wrong, err := s.opt.Scaffolder.Start(scaffold.Request{TemplateRef: e.Ref().String(), Values: values}, s.opt.User)
	if err != nil || len(wrong) > 0 {
		f := formState{entity: e, values: given, wrong: wrong, status: http.StatusBadRequest}
		if err != nil {
			f.trouble, f.status = err.Error(), wire.Status(err)
		}
		s.showForm(w, r, f)
		return
	}
	http.Redirect(w, r, "/create/tasks/"+id, http.StatusSeeOther)
}

// read gives a field's text the type that the schema wants; ok is false for an empty
// one, which is as good as none.
func (in input) read(text string) (v any, ok bool) {
	switch in.Kind {
	case "checkbox":
		return text == "on", true
	case "number":
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return text, text != ""
		}
		return n, true
	case "lines":
		out := []any{}
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" {
				out = append(out, line)
			}
		}
		return out, true
	}
	return text, text != ""
}

func (s *Site) task(w http.ResponseWriter, r *http.Request) {
	t, err := s.opt.Scaffolder.Task(r.PathValue("id"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	events, err := s.opt.Scaffolder.Events(t.ID, 0)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if !t.Ended() {
		w.Header().Set("Refresh", "1") // the page needs no script to follow the task
	}
	output := map[string]any{}
	states := map[string]string{}
	for _, e := range events {
		if e.Body.Output != nil {
			output = e.Body.Output
		}
		if e.Body.StepID != "" && e.Body.Status != "" {
			states[e.Body.StepID] = e.Body.Status
		}
	}
	s.show(w, r, page{name: "task", tab: "create", title: t.Spec.Template.Title, data: map[string]any{
		"Task": t, "Events": events, "Output": output, "States": states,
	}})
}

func (s *Site) cancel(w http.ResponseWriter, r *http.Request) {
	s.after(w, r, s.opt.Scaffolder.Cancel(r.PathValue("id")), "/create/tasks/"+r.PathValue("id"))
}

func (s *Site) retry(w http.ResponseWriter, r *http.Request) {
	s.after(w, r, s.opt.Scaffolder.Retry(r.PathValue("id"), nil), "/create/tasks/"+r.PathValue("id"))
}

// after goes on to a page, or shows what went wrong.
func (s *Site) after(w http.ResponseWriter, r *http.Request, err error, next string) {
	if err != nil {
		s.fail(w, r, err)
		return
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}
