package build

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"

	"github.com/labbox/labbox/internal/fn"
	"github.com/labbox/labbox/internal/fn/template"
	"github.com/labbox/labbox/internal/lab"
)

// Shrinkwrap builds the folder that "faas-cli build --shrinkwrap" makes: a template
// with the function inside. Which language it is says the template's label in the
// Dockerfile, or the name in template.yml; its Dockerfile is then not needed. Without
// either, the Dockerfile itself is followed.
func Shrinkwrap(ctx context.Context, in Input) (*Result, error) {
	lang, handler, err := wrapped(in.Dir)
	if err != nil {
		return nil, err
	}
	if lang == "" {
		in.Lang = string(fn.Dockerfile)
		return Build(ctx, in)
	}
	if in.Log != nil {
		in.Log(fmt.Sprintf("template %s: built by labbox, without its Dockerfile", lang))
	}
	in.Lang, in.Dir = lang, filepath.Join(in.Dir, handler)
	return Build(ctx, in)
}

// wrapped returns language and handler folder of a shrink-wrapped context; an empty
// language means that its Dockerfile is to be followed.
func wrapped(dir string) (lang, handler string, err error) {
	about := struct {
		Language string `json:"language"`
		Folder   string `json:"handler_folder"`
	}{}
	for _, name := range []string{"template.yml", "template.yaml"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		if err := yaml.Unmarshal(text, &about); err != nil {
			return "", "", refused("read %s: %w", name, err)
		}
	}
	if about.Folder == "" {
		about.Folder = "function"
	}
	if !filepath.IsLocal(about.Folder) {
		return "", "", refused("template.yml: handler_folder %q leaves the context", about.Folder)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "Dockerfile")); err == nil {
		if steps, err := parseDockerfile(string(text), nil); err == nil {
			for _, s := range steps {
				if s.word == "LABEL" && s.pairs[template.LabelLang] != "" {
					return s.pairs[template.LabelLang], about.Folder, nil
				}
			}
		}
	}
	if about.Language == "" || !isDir(dir, about.Folder) {
		if !isFile(dir, "Dockerfile") {
			return "", "", lab.Errorf(lab.CodeUsage, "Templates that the lab can build: labbox fn templates", "the build context has neither a template.yml with a language nor a Dockerfile")
		}
		return "", "", nil
	}
	runtime, err := fn.RuntimeOf(about.Language)
	if err != nil {
		return "", "", err
	}
	if runtime.Kind == fn.Dockerfile {
		return "", "", nil
	}
	return about.Language, about.Folder, nil
}
