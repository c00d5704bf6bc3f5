package nunjucks

import (
	"reflect"
	"strings"
	"testing"
)

func vars() map[string]any {
	return map[string]any{
		"name": "Shop", "n": 3.0, "no": false, "list": []any{"a", "b"},
		"parameters": map[string]any{"repoUrl": "git.example?owner=team&repo=shop", "owner": "group:default/team-blue", "replicas": 2.0},
		"steps":      map[string]any{"fetch-it": map[string]any{"output": map[string]any{"files": []any{"x"}}}},
		"env":        map[string]any{"B": "2", "A": "1"},
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain {{ name }} $x":              "plain {{ name }} $x",
		"${{ name | lower }}-${{ n + 1 }}": "shop-4",
		"${{ missing }}|${{ missing.deep.er }}|${{ missing | default('d') }}":                        "||d",
		"{% if n > 2 and not no %}yes{% else %}no{% endif %}":                                        "yes",
		"{% if n === 4 %}4{% elif n == 3 %}3{% endif %}":                                             "3",
		"{% for x in list %}${{ loop.index }}${{ x }}{% if not loop.last %},{% endif %}{% endfor %}": "1a,2b",
		"{% for k, v in env %}${{ k }}=${{ v }};{% endfor %}":                                        "A=1;B=2;",
		"{% for x in [] %}x{% else %}none{% endfor %}":                                               "none",
		"a\n  {%- if true %} b {%- endif %}\nc":                                                      "a b\nc",
		"{# a comment }} #}x":                                                                        "x",
		"{% raw %}${{ name }}{% endraw %}":                                                           "${{ name }}",
		"{% set y = name ~ '!' %}${{ y }}":                                                           "Shop!",
		"${{ parameters.repoUrl | parseRepoUrl | pick('repo') }}":                                    "shop",
		"${{ (parameters.repoUrl | parseRepoUrl).owner }}":                                           "team",
		"${{ parameters.repoUrl | projectSlug }}":                                                    "team/shop",
		"${{ parameters.owner | parseEntityRef | pick('name') }}":                                    "team-blue",
		"${{ steps['fetch-it'].output.files[0] }}":                                                   "x",
		"${{ list | join(', ') | replace('a', '}}') }}":                                              "}}, b",
		"${{ 'x' if no else \"y\" }}":                                                                "y",
		"${{ 'a' in list }} ${{ 'z' not in list }}":                                                  "true true",
		"${{ {a: [1, 2]} | dump }}":                                                                  `{"a":[1,2]}`,
		"${{ 7 // 2 }} ${{ 7 % 2 }} ${{ 2 ** 3 }} ${{ 1 / 4 }} ${{ -n }}":                            "3 1 8 0.25 -3",
		"${{ range(3) | join }}":                                                                     "012",
		"${{ name is defined }} ${{ nope is defined }} ${{ name is not string }}":                    "true false false",
		"${{ 'b\\'s' }}":   "b's",
		"${{ list[-1] }}":  "b",
		"${{ no or 'z' }}": "z",
	} {
		got, err := Render(in, vars(), Options{})
		if err != nil || got != want {
			t.Errorf("%s\n gives %q, %v\n not   %q", in, got, err, want)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	got, err := Render("a\n  {% if true %}\nb {{ name }}\n  {% endif %}\nc", vars(), Options{Cookiecutter: true, TrimBlocks: true, LstripBlocks: true})
	if err != nil || got != "a\nb Shop\nc" {
		t.Errorf("it gives %q, %v", got, err)
	}
}

func TestValueKeepsTypes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]any{
		"${{ parameters.replicas }}": 2.0, " ${{ list }} ": []any{"a", "b"}, "${{ no }}": false,
		"${{ n }}${{ n }}": "33", "x${{ n }}": "x3", "plain": "plain", "${{ {a: {b: 1}} }}": map[string]any{"a": map[string]any{"b": 1.0}},
	} {
		got, err := Value(in, vars(), Options{})
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s gives %#v, %v, not %#v", in, got, err, want)
		}
	}
	deep, err := Deep(map[string]any{"a": []any{"${{ n }}", 1.0}}, vars(), Options{})
	if err != nil || !reflect.DeepEqual(deep, map[string]any{"a": []any{3.0, 1.0}}) {
		t.Errorf("deep gives %#v, %v", deep, err)
	}
}

func TestErrorsSayWhere(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"\n${{ a b }}":                   "line 2",
		"${{ x | nope }}":                `there is no filter "nope"; there are: capitalize`,
		"${{ name.toUpper() }}":          "use a filter",
		"{% if x %}":                     "{% endif %} is missing",
		"{% endif %}":                    "has no beginning",
		"{% for x in y %}{% endif %}":    "expected",
		"{% include 'x' %}":              "there are if, for, set and raw",
		"${{ name":                       "not closed by }}",
		"${{ 1 / 0 }}":                   "division by zero",
		"${{ name - 1 }}":                "does not go with",
		"${{ env() }}":                   "no function env()",
		"${{ " + strings.Repeat("(", 99): "not closed",
		"${{" + strings.Repeat("(", 99) + "1" + strings.Repeat(")", 99) + "}}":                                                                    "nests deeper",
		"{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}":                                                           "more than it may",
		"{% set s = 'xxxxxxxxxxxxxxxx' %}{% for a in range(9999) %}{% set s = s ~ s %}{% for b in range(9999) %}${{ s }}{% endfor %}{% endfor %}": "more than it may",
	} {
		if _, err := Render(in, vars(), Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s gives error %v, without %q", in, err, want)
		}
	}
}
