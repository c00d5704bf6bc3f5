package lesson

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"

	"github.com/labbox/labbox/internal/lab"
)

// compiler compiles the expressions of one task.
type compiler struct {
	*loader
	file string
	doc  *document
	at   []string // of the task
	env  *cel.Env
	used map[string]bool
}

// complain notes a problem at a place of the task.
func (c *compiler) complain(format string, at []string, args ...any) {
	path := append(slices.Clone(c.at), at...)
	args = append([]any{place(path)}, args...)
	c.problems.add(c.file, c.doc.line(path...), "%s: "+format, args...)
}

func (c *compiler) task(s taskSpec) *Task {
	t := &Task{ID: s.ID, Title: s.Title, Text: s.Text, Choices: s.Choices, Hints: s.Hints, evidence: map[string]*expression{}}
	c.used = map[string]bool{}
	c.declare(s)
	if c.env == nil {
		return t
	}
	t.done = c.expression(s.Done, cel.BoolType, "done")
	t.seen = c.template(s.Seen, "seen")
	t.expected = c.template(s.Expected, "expected")
	for _, name := range slices.Sorted(maps.Keys(s.Evidence)) {
		t.evidence[name] = c.expression(s.Evidence[name], cel.DynType, "evidence", name)
	}
	ids := map[string]bool{}
	for i, m := range s.Mistakes {
		n := strconv.Itoa(i)
		if ids[m.ID] {
			c.complain("two mistakes are called %q", []string{"mistakes", n, "id"}, m.ID)
		}
		ids[m.ID] = true
		t.mistakes = append(t.mistakes, mistake{m.ID, c.expression(m.When, cel.BoolType, "mistakes", n, "when"), c.template(m.Hint, "mistakes", n, "hint")})
	}
	t.Asks, t.clock = len(s.Choices) > 0 || c.used[nameAnswer], c.used[nameNow]
	// Tasks often share one list of names by a YAML alias; what one does not use is not
	// read for it.
	t.Watch = maps.Clone(s.Watch)
	maps.DeleteFunc(t.Watch, func(name string, _ Watch) bool { return !c.used[name] })
	for _, w := range t.Watch {
		if w.Module != nil {
			w.Module.Module = c.trend
		}
	}
	return t
}

// declare makes the names of the watches known.
func (c *compiler) declare(s taskSpec) {
	var names []cel.EnvOption
	for _, name := range slices.Sorted(maps.Keys(s.Watch)) {
		if slices.Contains([]string{nameAnswer, nameStarted, nameNow, nameTicked}, name) {
			c.complain("%s has a meaning already", []string{"watch", name}, name)
			return
		}
		names = append(names, cel.Variable(name, cel.DynType))
	}
	env, err := c.language.Extend(names...)
	if err != nil {
		c.complain("%v", []string{"watch"}, err)
		return
	}
	c.env = env
}

func (c *compiler) expression(source string, want *cel.Type, at ...string) *expression {
	e, err := compile(c.env, source, want)
	if err != nil {
		c.complain("%s%s", at, tidy(err), c.known())
		return nil
	}
	maps.Copy(c.used, e.names)
	return e
}

func (c *compiler) template(text lab.Text, at ...string) template {
	t, err := compileTemplate(c.env, text)
	if err != nil {
		c.complain("%s%s", at, tidy(err), c.known())
		return template{}
	}
	t.each(func(e *expression) { maps.Copy(c.used, e.names) })
	return t
}

// known says which names an expression of the task may use.
func (c *compiler) known() string {
	names := []string{}
	for _, v := range c.env.Variables() {
		if name := v.Name(); !strings.ContainsAny(name, ".@") && !builtinType(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return "; the names here are " + strings.Join(names, ", ")
}

// builtinType says whether a name is one of the types that CEL declares as variables.
func builtinType(name string) bool {
	return slices.Contains([]string{"bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint", "optional_type"}, name)
}

// tidy makes one line of the compiler's drawing.
func tidy(err error) string {
	var out []string
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "|") {
			continue
		}
		out = append(out, strings.TrimPrefix(line, "ERROR: "))
	}
	return strings.Join(out, "; ")
}
