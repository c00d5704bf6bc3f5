package stack

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/lab"
)

func env(values map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := values[name]
		return v, ok
	}
}

const full = `# a stack file as faas-cli has it
version: 1.0
provider:
  name: openfaas
  gateway: ${OPENFAAS_URL:-http://127.0.0.1:8080}
  network: func_functions
functions:
  hello:
    lang: python3-http
    handler: ./hello
    image: ${SERVER:-ttl.sh}/${OWNER}/hello:${TAG:-latest}
    environment:
      debug: true
      count: 010
      version: 1.10
      empty: ""
    environment_file: [env.yml]
    secrets: [key]
    labels: {com.openfaas.scale.min: 2, a: b}
    annotations: {topic: "a,b"}
    limits: {memory: 40Mi, cpu: 100m, nvidia.com/gpu: 1}
    requests: {memory: 20Mi}
    constraints: ["node.role=worker"]
    readonly_root_filesystem: true
    build_args: {GO111MODULE: on}
    build_options: [dev]
    namespace: openfaas-fn
    fancy: yes
  plain: &plain
    lang: node
    handler: ./plain
    image: plain
  twin:
    <<: *plain
configuration:
  copy: [common]
  templates: [{name: python3-http}]
`

func TestParse(t *testing.T) {
	t.Parallel()
	f, err := Parse(full, env(map[string]string{"OWNER": "me"}))
	if err != nil {
		t.Fatal(err)
	}
	h := f.Functions["hello"]
	checks := map[string]bool{
		"image":       h.Image == "ttl.sh/me/hello:latest",
		"environment": h.Environment["debug"] == "true" && h.Environment["count"] == "010" && h.Environment["version"] == "1.10" && h.Environment["empty"] == "",
		"labels":      h.Labels["com.openfaas.scale.min"] == "2",
		"limits":      h.Limits["memory"] == "40Mi" && h.Limits["nvidia.com/gpu"] == "1",
		"read-only":   h.ReadOnlyRootFilesystem,
		"build args":  h.BuildArgs["GO111MODULE"] == "on",
		"name":        h.Name == "hello",
		"alias":       f.Functions["twin"].Lang == "node",
		"gateway":     f.Provider.Gateway == "http://127.0.0.1:8080",
		"copy":        len(f.Configuration.Copy) == 1,
	}
	for what, ok := range checks {
		if !ok {
			t.Errorf("%s: %+v", what, h)
		}
	}
	warnings := strings.Join(f.Warnings, "\n")
	for _, want := range []string{"line 28: functions.hello.fancy is not known", "provider.network has no effect", "functions.hello.build_options has no effect", "configuration.templates has no effect"} {
		if !strings.Contains(warnings, want) {
			t.Errorf("no warning %q in\n%s", want, warnings)
		}
	}
	if len(f.Warnings) != 4 {
		t.Errorf("%d warnings:\n%s", len(f.Warnings), warnings)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	head := "provider: {name: openfaas}\n"
	tests := []struct{ name, text, want string }{
		{"no provider", "functions: {a: {}}", "provider.name"},
		{"another provider", "provider: {name: lambda}\nfunctions: {a: {}}", `"lambda"`},
		{"no functions", head, "no functions"},
		{"no YAML", head + "functions: [", "yaml"},
		{"wrong type", head + "functions: {a: {secrets: {b: c}}}", "cannot unmarshal"},
		{"resource", head + "functions: {a: {limits: {disk: 1}}}", `"disk" is no resource`},
		{"open variable", head + "functions: {a: {image: \"${X\"\n}}", "not closed"},
		{"odd variable", head + "functions: {a: {image: \"${X/a/b}\"}}", "no form"},
		{"empty", "", "provider.name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := Parse(tt.text, env(nil)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Parse() = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestSubstitute(t *testing.T) {
	t.Parallel()
	getenv := env(map[string]string{"A": "1", "E": ""})
	for text, want := range map[string]string{
		"${A}": "1", "${B}": "", "${B:-x}": "x", "${E:-x}": "x", "${E-x}": "", "${B-x}": "x", "${B:=x}": "x", "${A:-x}": "1",
		"${B:-${A}}": "1", "${B:-a:b}": "a:b", "$A stays, so does 5$": "$A stays, so does 5$", "$${A}": "${A}", "a${A}b${A}": "a1b1",
	} {
		if got, err := substitute(text, getenv); err != nil || got != want {
			t.Errorf("substitute(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestLoadEnvAndSelect(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := "provider: {name: faas}\nfunctions:\n  b: {environment: {x: 1, y: 1}, environment_file: [one.yml, sub/two.yml]}\n  a: {environment_file: [gone.yml]}\n"
	for name, content := range map[string]string{"stack.yaml": text, "one.yml": "environment: {y: 2, z: 2}\n", "sub/two.yml": "environment: {z: 3}\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := Load(filepath.Join(dir, "stack.yaml"), env(nil))
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Env(f.Functions["b"])
	if want := map[string]string{"x": "1", "y": "2", "z": "3"}; err != nil || !maps.Equal(got, want) {
		t.Errorf("Env() = %v, %v, want %v", got, err, want)
	}
	if _, err := f.Env(f.Functions["a"]); lab.AsError(err).Code != lab.CodeConfig {
		t.Errorf("a missing environment_file: %v", err)
	}
	all, err := f.Select(nil)
	if err != nil || len(all) != 2 || all[0].Name != "a" {
		t.Errorf("Select() = %+v, %v", all, err)
	}
	if _, err := f.Select([]string{"c"}); lab.AsError(err).Code != lab.CodeNotFound || !strings.Contains(lab.AsError(err).Hint, "a, b") {
		t.Errorf("Select(c) = %v", err)
	}
	if _, err := Load(filepath.Join(dir, "none.yaml"), env(nil)); lab.AsError(err).Code != lab.CodeUsage {
		t.Errorf("no stack file: %v", err)
	}
}
