package lesson

import (
	"io/fs"

	"github.com/labbox/labbox/internal/lab"
)

// Lesson is one lesson, read and compiled. It does not change.
type Lesson struct {
	// ID is "<trend>/<folder>".
	ID    string
	Trend string
	// Order is its place in the trend.
	Order        int
	Title        lab.Text
	Minutes      int
	Needs        []string
	Namespaces   []string
	Repositories []string
	Sources      []lab.ReadOn

	Goal, Theory, Notice, Debrief lab.Text
	// Pictures are the names of the SVG files in the folder.
	Pictures []string
	Tasks    []*Task
	// Files is the folder.
	Files fs.FS
}

// Task is one task of a lesson with its compiled expressions.
type Task struct {
	ID      string
	Title   lab.Text
	Text    lab.Text
	Choices []lab.Choice
	Hints   []lab.Text
	// Asks says that the task takes an answer.
	Asks bool
	// Watch are what the names in its expressions stand for.
	Watch map[string]Watch

	done     *expression
	seen     template
	expected template
	evidence map[string]*expression
	mistakes []mistake
	clock    bool // an expression uses the present time
}

// mistake is a state that is known to be wrong in a certain way.
type mistake struct {
	id   string
	when *expression
	hint template
}

// task returns the task of that id, nil where there is none.
func (l *Lesson) task(id string) *Task {
	for _, t := range l.Tasks {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// summary is the lesson as a list shows it, without progress.
func (l *Lesson) summary() lab.Lesson {
	return lab.Lesson{ID: l.ID, Trend: l.Trend, Title: l.Title, Minutes: l.Minutes, Needs: l.Needs, Tasks: len(l.Tasks)}
}

// read returns the text of a file of the lesson, empty where it is missing.
func (l *Lesson) read(name string) string {
	data, err := fs.ReadFile(l.Files, name)
	if err != nil {
		return ""
	}
	return string(data)
}

// has says whether the lesson has a file.
func (l *Lesson) has(name string) bool {
	_, err := fs.Stat(l.Files, name)
	return err == nil
}

// The names of the files that go with a task.
func solveScript(task string) string            { return "solve/" + task + ".sh" }
func solveAnswer(task string) string            { return "solve/" + task + ".txt" }
func sabotageScript(task string) string         { return "sabotage/" + task + ".sh" }
func mistakeScript(task, mistake string) string { return "mistakes/" + task + "/" + mistake + ".sh" }
func mistakeAnswer(task, mistake string) string { return "mistakes/" + task + "/" + mistake + ".txt" }

// startScript brings about the start of a lesson.
const startScript = "start.sh"
