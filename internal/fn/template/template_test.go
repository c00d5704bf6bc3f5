package template_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/fn/build"
	"github.com/labbox/labbox/internal/fn/stack"
	"github.com/labbox/labbox/internal/fn/template"
)

func mustLayOut(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func unset(string) (string, bool) { return "", false }

// A new function of each language is built as it is, and its stack file is read.
func TestNewFunctionsCanBeBuilt(t *testing.T) {
	t.Parallel()
	for lang, stacked := range map[string]string{"python": "python3-http", "node": "node18", "go": "golang-middleware", "python3-flask": "python3-flask"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath("go"); err != nil && lang == "go" {
				t.Skip("go is not on PATH")
			}
			dir := t.TempDir()
			files, err := template.New("hello", lang)
			if err != nil {
				t.Fatal(err)
			}
			mustLayOut(t, filepath.Join(dir, "hello"), files)
			text, err := template.Stack(nil, "hello", lang)
			if err != nil {
				t.Fatal(err)
			}
			f, err := stack.Parse(string(text), unset)
			if err != nil || len(f.Warnings) > 0 || f.Functions["hello"].Lang != stacked {
				t.Fatalf("stack %+v, %v", f, err)
			}
			if _, err := build.Build(t.Context(), build.Input{Lang: stacked, Dir: filepath.Join(dir, "hello"), Scratch: t.TempDir()}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestStackIsAddedTo(t *testing.T) {
	t.Parallel()
	first, err := template.Stack(nil, "one", "python")
	if err != nil {
		t.Fatal(err)
	}
	second, err := template.Stack([]byte(strings.TrimSuffix(string(first), "\n")), "two", "node")
	if err != nil {
		t.Fatal(err)
	}
	f, err := stack.Parse(string(second), unset)
	if err != nil || len(f.Functions) != 2 {
		t.Errorf("%+v, %v in\n%s", f, err, second)
	}
	if _, err := template.Stack([]byte("functions:\n  a: {}\nprovider:\n  name: openfaas\n"), "b", "go"); err == nil || !strings.Contains(err.Error(), "does not end") {
		t.Errorf("a stack that ends otherwise: %v", err)
	}
	if _, err := template.Stack(nil, "b", "java"); err == nil {
		t.Error("a language without a runtime was taken")
	}
}

// What faas-cli makes of the templates is what the builder understands.
func TestFaasCLITemplates(t *testing.T) {
	t.Parallel()
	files, err := template.FaasCLI()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"python3-http", "node20", "golang-middleware", "go"} {
		for _, name := range []string{"template.yml", "Dockerfile", "function/handler." + map[byte]string{'p': "py", 'n': "js", 'g': "go"}[lang[0]]} {
			if len(files[lang+"/"+name]) == 0 {
				t.Errorf("no %s/%s", lang, name)
			}
		}
	}
	if len(files["dockerfile/template.yml"]) == 0 || len(files["dockerfile/function/Dockerfile"]) == 0 {
		t.Error("no template for a Dockerfile of one's own")
	}
	dir := t.TempDir()
	mustLayOut(t, dir, files)
	var lines []string
	res, err := build.Shrinkwrap(t.Context(), build.Input{Dir: filepath.Join(dir, "python3-http"), Scratch: t.TempDir(), Log: func(l string) { lines = append(lines, l) }})
	if err != nil || res.Base != "labbox.local/fn-python:dev" || !strings.Contains(strings.Join(lines, "\n"), "template python3-http") {
		t.Errorf("%+v, %v, %q", res, err, lines)
	}
}
