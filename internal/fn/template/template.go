// Package template holds the files of new functions, the program around handlers in
// Go, and templates for faas-cli that labbox builds without Docker.
package template

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"text/template"

	"github.com/labbox/labbox/internal/fn"
	"github.com/labbox/labbox/internal/lab"
)

//go:embed files
var files embed.FS

// LabelLang is the label in a template's Dockerfile that names its language; the
// builder then needs nothing else of it.
const LabelLang = "labbox.dev/lang"

// language is one of the three that new functions are made in.
type language struct {
	dir string
	// stack is the name that OpenFaaS has for it.
	stack string
	// process is what starts the handler in an image made by OpenFaaS's own template,
	// and in the lab's.
	process string
}

func languageOf(kind fn.Kind) language {
	switch kind {
	case fn.Node:
		return language{"node", "node18", "node index.js"}
	case fn.Go:
		return language{"go", "golang-middleware", "./handler"}
	}
	return language{"python", "python3-http", "python3 index.py"}
}

// New returns the files of a new function by their path below its folder. The
// language is any name that fn.RuntimeOf knows.
func New(name, lang string) (map[string][]byte, error) {
	runtime, err := fn.RuntimeOf(lang)
	if err != nil {
		return nil, err
	}
	if runtime.Kind == fn.Dockerfile {
		return map[string][]byte{"Dockerfile": []byte("FROM labbox.local/fn-python:dev\nCOPY . /home/app/function/\n")}, nil
	}
	return readDir(languageOf(runtime.Kind).dir, map[string]string{"Name": name})
}

func readDir(dir string, values map[string]string) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := fs.WalkDir(files, path.Join("files", dir), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		base, fill := strings.CutSuffix(path.Base(name), ".tmpl")
		if fill {
			if text, err = render(string(text), values); err != nil {
				return err
			}
		}
		out[base] = text
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the files of a new function: %w", err)
	}
	return out, nil
}

func render(text string, values map[string]string) ([]byte, error) {
	t, err := template.New("").Parse(text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, values)
	return out.Bytes(), err
}

// Stack returns a stack file with the function added to what was there; nil for a
// new one. The function must not be in it yet, and its list must come last.
func Stack(before []byte, name, lang string) ([]byte, error) {
	runtime, err := fn.RuntimeOf(lang)
	if err != nil {
		return nil, err
	}
	switch lang {
	case "python", "node", "go", "golang":
		lang = languageOf(runtime.Kind).stack
	}
	entry, err := files.ReadFile("files/entry.yaml.tmpl")
	if err != nil {
		return nil, err
	}
	text, err := render(string(entry), map[string]string{"Name": name, "Lang": lang})
	if err != nil {
		return nil, fmt.Errorf("write the stack file: %w", err)
	}
	if before == nil {
		if before, err = files.ReadFile("files/stack.yaml.tmpl"); err != nil {
			return nil, err
		}
	} else if last := lastKey(string(before)); last != "functions:" {
		return nil, lab.Errorf(lab.CodeUsage, "Add it yourself:\n"+string(text), "the stack file does not end with its functions")
	}
	if len(before) > 0 && before[len(before)-1] != '\n' {
		before = append(before, '\n')
	}
	return append(before, text...), nil
}

// lastKey returns the last line that begins at the margin.
func lastKey(text string) string {
	last := ""
	for _, line := range strings.Split(text, "\n") {
		if line != "" && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "#") {
			last = strings.TrimSpace(line)
		}
	}
	return last
}

// FaasCLI returns the folder "template" for faas-cli: for each usual name of a
// language a template that the lab's builder knows.
func FaasCLI() (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, name := range fn.Languages() {
		runtime, err := fn.RuntimeOf(name)
		if err != nil {
			return nil, err
		}
		if runtime.Kind == fn.Dockerfile {
			continue
		}
		l := languageOf(runtime.Kind)
		function, err := readDir(l.dir, map[string]string{"Name": "function"})
		if err != nil {
			return nil, err
		}
		for file, text := range function {
			out[path.Join(name, "function", file)] = text
		}
		out[path.Join(name, "template.yml")] = fmt.Appendf(nil, "language: %s\nfprocess: %s\n", name, l.process)
		out[path.Join(name, "Dockerfile")] = fmt.Appendf(nil,
			"# labbox builds this without Docker: the label says how function/ becomes a layer.\nFROM %s\nLABEL %s=%q\n", runtime.Base, LabelLang, name)
	}
	// For a Dockerfile of one's own, faas-cli only wants a template to be there.
	own, err := New("function", string(fn.Dockerfile))
	if err != nil {
		return nil, err
	}
	out["dockerfile/template.yml"] = []byte("language: dockerfile\n")
	out["dockerfile/function/Dockerfile"] = own["Dockerfile"]
	return out, nil
}
