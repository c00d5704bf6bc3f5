package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/labbox/labbox/internal/lab"
)

// confineLessons refuses lessons of a module that want namespaces or repositories which
// are not the module's own: those called like the module, or learn- and its name.
func confineLessons(module string, lessons fs.FS, owns func(string) bool) error {
	found, err := fs.Glob(lessons, "*/lesson.yaml")
	if err != nil {
		return err
	}
	for _, name := range found {
		data, err := fs.ReadFile(lessons, name)
		if err != nil {
			return err
		}
		var asks struct {
			Namespaces   []string `json:"namespaces"`
			Repositories []string `json:"repositories"`
		}
		if err := yaml.Unmarshal(data, &asks); err != nil {
			return fmt.Errorf("read lesson %s of module %s: %w", path.Dir(name), module, err)
		}
		for _, space := range append(asks.Namespaces, asks.Repositories...) {
			if !owns(space) && !owns(strings.TrimPrefix(space, "learn-")) {
				return fmt.Errorf("lesson %s of module %s asks for %q; its namespaces and repositories are called learn-%s, learn-%s-... or like the module",
					path.Dir(name), module, space, module, module)
			}
		}
	}
	return nil
}

// lintLessons returns what is wrong with the lessons in the folders of files.
func lintLessons(_ string, files fs.FS) ([]error, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, err
	}
	var problems []error
	for _, e := range entries {
		for _, name := range []string{"lesson.yaml", "de.md", "en.md", "start.sh"} {
			if _, err := fs.Stat(files, path.Join(e.Name(), name)); err != nil {
				problems = append(problems, fmt.Errorf("lesson %s has no %s", e.Name(), name))
			}
		}
	}
	return problems, nil
}

// LintLessons reads the lesson in dir, or all lessons below it, and returns how many
// there are. What is wrong is a lab.CodeModule that names every file and line.
func LintLessons(dir string) (int, error) {
	name := "."
	if _, err := os.Stat(filepath.Join(dir, "lesson.yaml")); err == nil {
		dir, name = filepath.Split(filepath.Clean(dir))
		dir = filepath.Clean(dir)
	} else if _, err := os.Stat(filepath.Join(dir, "lessons")); err == nil {
		dir = filepath.Join(dir, "lessons")
	}
	files := os.DirFS(dir)
	lessons, err := fs.Glob(files, path.Join(name, "lesson.yaml"))
	if name == "." {
		lessons, err = fs.Glob(files, "*/lesson.yaml")
	}
	if err != nil {
		return 0, err
	}
	if len(lessons) == 0 {
		return 0, lab.Errorf(lab.CodeUsage, "Name a folder with a lesson.yaml, or one of such folders", "there is no lesson in %s", dir)
	}
	problems, err := lintLessons("", files)
	if err != nil {
		return 0, err
	}
	if len(problems) > 0 {
		return 0, lab.Errorf(lab.CodeModule, "How a lesson is written: plugins/LESSONS.md", "%w", errors.Join(problems...))
	}
	return len(lessons), nil
}
