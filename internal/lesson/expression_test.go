package lesson

import (
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/cel-go/cel"

	"github.com/labbox/labbox/internal/lab"
)

// mustLanguage knows the names in values besides its own.
func mustLanguage(t *testing.T, values map[string]any) *cel.Env {
	t.Helper()
	env, err := newLanguage()
	if err != nil {
		t.Fatal(err)
	}
	for name := range values {
		if env, err = env.Extend(cel.Variable(name, cel.DynType)); err != nil {
			t.Fatal(err)
		}
	}
	return env
}

func testValues() map[string]any {
	app, _ := parseJSON(`{"spec":{"replicas":2,"source":{"path":"web"}},"status":{"health":"Healthy","weight":2.5},"items":[{"n":"b","v":2},{"n":"a","v":1}]}`)
	return map[string]any{"app": plain(app), "gone": nil, "pods": []any{}, "doc": "a: 1\nb: [x, y]\n", "docs": "kind: A\n---\nkind: B\n---\n",
		"since": time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
}

func TestExpressions(t *testing.T) {
	t.Parallel()
	values := testValues()
	env := mustLanguage(t, values)
	for source, want := range map[string]any{
		`app.spec.replicas == 2`:                           true,
		`app.spec.replicas > 1.5`:                          true,
		`app.spec.replicas`:                                int64(2),
		`app.status.weight`:                                2.5,
		`app.?spec.?nothing.?more.orValue("none")`:         "none",
		`app.?spec.?source.?path.orValue("none")`:          "web",
		`gone == null`:                                     true,
		`gone.spec.x == 1`:                                 nil, // fails
		`size(pods) == 0`:                                  true,
		`app.items.map(i, i.n)`:                            []any{"b", "a"},
		`app.items.sortBy(i, i.v)[0].n`:                    "a",
		`app.items.filter(i, i.v > 1)`:                     []any{map[string]any{"n": "b", "v": int64(2)}},
		`yaml(doc).b[1]`:                                   "y",
		`yamls(docs).map(d, d.kind)`:                       []any{"A", "B"},
		`json('{"x": [1, 2.5]}').x`:                        []any{int64(1), 2.5},
		`json('{')`:                                        nil,
		`quantity("100m") + quantity(1) + quantity("1Ki")`: 1025.1,
		`quantity("a")`:                                    nil,
		`math.greatest(1, 3)`:                              int64(3),
		`"a-b".split("-")[1]`:                              "b",
		`cel.bind(x, app.spec.replicas, x + x)`:            int64(4),
		`since < timestamp("2026-02-01T00:00:00Z")`:        true,
		`since + duration("1m")`:                           time.Date(2026, 1, 2, 3, 5, 5, 0, time.UTC),
		`app.?items[?5].?n`:                                nil,
		`[1, 2, 3].exists(x, x == app.spec.replicas)`:      true,
		`{"a": app.spec.replicas, "b": ["x"]}`:             map[string]any{"a": int64(2), "b": []any{"x"}},
		`string(size(app.items)) == "2"`:                   true,
		`gone == null ? "missing" : gone.status.health`:    "missing",
		`app.?status.?health.orValue("x") + ", " + "y"`:    "Healthy, y",
		`base64.decode("aGk=") == b"hi"`:                   true,
	} {
		e, err := compile(env, source, cel.DynType)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		got, err := e.eval(t.Context(), values)
		if (err != nil) != (want == nil) || err == nil && !reflect.DeepEqual(got, want) {
			t.Errorf("%s = %#v, %v; want %#v", source, got, err, want)
		}
	}
}

// TestExpensiveExpressions end early, whatever they would do.
func TestExpensiveExpressions(t *testing.T) {
	t.Parallel()
	many := make([]any, 3000)
	for i := range many {
		many[i] = int64(i)
	}
	values := map[string]any{"many": many}
	e, err := compile(mustLanguage(t, values), `many.all(a, many.all(b, many.all(c, a + b + c >= 0)))`, cel.BoolType)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if e.holds(t.Context(), values) {
		t.Error("it came to an end")
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestQuantities(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"0": 0, "2": 2, "250m": 0.25, "1.5": 1.5, "-1": -1, "1k": 1000, "1Ki": 1024, "1.5Gi": 1.5 * (1 << 30), "2e3": 2000, "5E": 5e18, "1u": 1e-6, "1n": 1e-9, ".5": 0.5,
	} {
		if got, err := parseQuantity(text); err != nil || math.Abs(got-want) > 1e-9*math.Abs(want) {
			t.Errorf("%s = %g, %v; want %g", text, got, err, want)
		}
	}
	for _, text := range []string{"", "m", "1x", "1 Gi", "-", ".", "1Kb"} {
		if got, err := parseQuantity(text); err == nil {
			t.Errorf("%q = %g", text, got)
		}
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	values := testValues()
	env := mustLanguage(t, values)
	for _, c := range []struct{ text, de, en string }{
		{"plain", "plain", "plain"},
		{"${app.spec.replicas} Pods", "2 Pods", "2 Pods"},
		{"${app.status.weight}", "2,5", "2.5"},
		{"${1234.5678} ${0.00012345} ${3.0} ${1e9} ${12.345}", "1235 0,0001234 3 1000000000 12,35", "1235 0.0001234 3 1000000000 12.35"},
		{"${gone.spec.x}|${gone}|${app.?x}", "–|–|–", "–|–|–"},
		{"${app.items.map(i, i.n)}", "b, a", "b, a"},
		{"${app.spec.source}", "path: web", "path: web"},
		{`${app.spec.replicas == 2 ? "{ja}" : '}'}!`, "{ja}!", "{ja}!"},
		{`${{"a": 1}.a}`, "1", "1"},
		{"${duration('90s')}", "90 s", "90 s"},
		{"$ {x} 5 $", "$ {x} 5 $", "$ {x} 5 $"},
	} {
		tmpl, err := compileTemplate(env, lab.Text{DE: c.text, EN: c.text})
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := tmpl.render(t.Context(), values); got.DE != c.de || got.EN != c.en {
			t.Errorf("%s = %q, %q; want %q, %q", c.text, got.DE, got.EN, c.de, c.en)
		}
	}
	for _, bad := range []string{"${", "${app.}", "${'}"} {
		if _, err := compileTemplate(env, lab.Text{DE: bad, EN: "x"}); err == nil || !strings.HasPrefix(err.Error(), "de: ") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestSharedFilesAreInEveryLesson(t *testing.T) {
	t.Parallel()
	files := mustFiles(t)
	files["shared/lib.sh"] = files["drift/start.sh"]
	lessons, problems := mustLoader(t).Load("gitops", files)
	if len(problems) > 0 || len(lessons) != 1 {
		t.Fatalf("%v", problems)
	}
	if lessons[0].read("shared/lib.sh") == "" || lessons[0].read("start.sh") == "" || lessons[0].has("shared/start.sh") {
		t.Error("the shared file is not where it should be")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, lessons[0].Files); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir + "/shared/lib.sh"); err != nil {
		t.Error(err)
	}
}
