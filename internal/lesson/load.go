package lesson

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"
)

// Loader reads the lessons of trends. It keeps nothing of them and may be used by
// several goroutines.
type Loader struct {
	schema   *schema
	language *cel.Env
}

// NewLoader returns a Loader for lessons that keep the given JSON Schema.
func NewLoader(schema []byte) (*Loader, error) {
	s, err := newSchema(schema)
	if err != nil {
		return nil, err
	}
	language, err := newLanguage()
	if err != nil {
		return nil, fmt.Errorf("prepare the language of conditions: %w", err)
	}
	return &Loader{s, language}, nil
}

// Load reads every folder of files that has a lesson.yaml, in the lessons' order.
// What is wrong is returned, too; a lesson that cannot work because of it is left
// out.
func (l *Loader) Load(trend string, files fs.FS) ([]*Lesson, Problems) {
	work := &loader{Loader: l, trend: trend}
	folders, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, Problems{{trend, 0, fmt.Sprintf("read the lessons: %v", err)}}
	}
	lessons := []*Lesson{}
	for _, folder := range folders {
		if !folder.IsDir() || folder.Name() == sharedFolder {
			continue
		}
		sub, err := fs.Sub(files, folder.Name())
		if err != nil {
			work.problems.add(path.Join(trend, folder.Name()), 0, "%v", err)
			continue
		}
		if lesson := work.load(folder.Name(), withShared(sub, files)); lesson != nil {
			lessons = append(lessons, lesson)
		}
	}
	slices.SortStableFunc(lessons, func(a, b *Lesson) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), strings.Compare(a.ID, b.ID))
	})
	work.problems.sort()
	return lessons, work.problems
}

// loader reads the lessons of one trend.
type loader struct {
	*Loader
	trend    string
	problems Problems
}

// file is the path of a file of a lesson, as problems name it.
func (l *loader) file(lesson *Lesson, name string) string { return path.Join(lesson.ID, name) }

// load reads one folder, nil where it is no lesson that can work.
func (l *loader) load(folder string, files fs.FS) *Lesson {
	name := path.Join(l.trend, folder, "lesson.yaml")
	data, err := fs.ReadFile(files, "lesson.yaml")
	if err != nil {
		l.problems.add(name, 0, "the file is missing; every folder here is a lesson")
		return nil
	}
	doc, err := parseDocument(data)
	if err != nil {
		line := 0
		if at := (*lineError)(nil); errors.As(err, &at) {
			line = at.line
		}
		l.problems.add(name, line, "%v", err)
		return nil
	}
	if found := l.schema.check(name, doc); len(found) > 0 {
		l.problems = append(l.problems, found...)
		return nil
	}
	s, err := doc.decode()
	if err != nil {
		l.problems.add(name, 0, "%v", err)
		return nil
	}
	if s.ID != folder {
		l.problems.add(name, doc.line("id"), "id is %q, but the folder is %q", s.ID, folder)
	}
	lesson := &Lesson{
		ID: l.trend + "/" + folder, Trend: l.trend, Order: s.Order, Title: s.Title, Minutes: s.Minutes,
		Needs: orNone(s.Needs), Namespaces: s.Namespaces, Repositories: s.Repositories, Sources: orNone(s.Sources), Files: files,
	}
	l.readTexts(lesson)
	l.readPictures(lesson)
	before := len(l.problems)
	l.readTasks(lesson, s.Tasks, doc)
	if len(l.problems) > before {
		return nil // its conditions do not compile
	}
	l.lint(lesson, doc)
	return lesson
}

// readTasks compiles the tasks.
func (l *loader) readTasks(lesson *Lesson, tasks []taskSpec, doc *document) {
	seen := map[string]bool{}
	for i, s := range tasks {
		c := &compiler{loader: l, file: l.file(lesson, "lesson.yaml"), doc: doc, at: []string{"tasks", strconv.Itoa(i)}}
		if seen[s.ID] {
			c.complain("two tasks are called %q", []string{"id"}, s.ID)
		}
		seen[s.ID] = true
		lesson.Tasks = append(lesson.Tasks, c.task(s))
	}
}

func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
