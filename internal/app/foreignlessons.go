package app

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/lesson"
	"github.com/labbox/labbox/plugins/sdk"
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

// LintLessonFolder reads the lesson in dir, or all lessons below it, and returns how many
// there are. What is wrong is a lab.CodeModule that names every file and line.
func LintLessonFolder(dir string) (int, error) {
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
	if name != "." {
		files = oneFolder{files, name}
	}
	problems, err := LintLessons("module", files)
	if err != nil {
		return 0, err
	}
	if len(problems) > 0 {
		return 0, lab.Errorf(lab.CodeModule, "How a lesson is written: labbox help modules", "%s", strings.Join(problems, "\n"))
	}
	return len(lessons), nil
}

// oneFolder shows one folder of several.
type oneFolder struct {
	fs.FS
	name string
}

// ReadDir implements fs.ReadDirFS.
func (o oneFolder) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.FS, name)
	if name == "." {
		entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() != o.name })
	}
	return entries, err
}

// teach gives the engine the lessons of modules by others that are new, and takes away
// those that are gone. What is wrong with a lesson is told about its module.
func (f *foreignModules) teach() error {
	loader, err := lesson.NewLoader(sdk.LessonSchema())
	if err != nil {
		return err
	}
	content := f.d.foreignLessons()
	for _, m := range f.d.modules.List() {
		files, brings := content[m.Name]
		if !brings || f.taught[m.Name] == m.Content {
			continue
		}
		lessons, problems := loader.Load(m.Name, files)
		if len(problems) > 0 {
			f.d.modules.Complain(m.Name, fmt.Sprintf("lessons of module %s are left out: %s", m.Name, problems[0]))
		}
		f.d.lessons.SetLessons(m.Name, lessons)
		f.taught[m.Name] = m.Content
	}
	for name := range f.taught {
		if _, brings := content[name]; !brings {
			f.d.lessons.SetLessons(name, nil)
			delete(f.taught, name)
		}
	}
	return nil
}
