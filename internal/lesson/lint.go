package lesson

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// lint checks what belongs to a lesson besides lesson.yaml: scripts and answers.
func (l *loader) lint(lesson *Lesson, doc *document) {
	complain := func(name, format string, args ...any) { l.problems.add(l.file(lesson, name), 0, format, args...) }
	if !lesson.has(startScript) {
		complain(startScript, "the file is missing: it brings about the start")
	}
	known := map[string]bool{}
	sabotages := 0
	for _, t := range lesson.Tasks {
		known[solveScript(t.ID)], known[solveAnswer(t.ID)], known[sabotageScript(t.ID)] = true, true, true
		if lesson.has(sabotageScript(t.ID)) {
			sabotages++
		}
		l.lintSolution(lesson, t)
		for _, m := range t.mistakes {
			script, answer := mistakeScript(t.ID, m.id), mistakeAnswer(t.ID, m.id)
			known[script], known[answer] = true, true
			switch {
			case !t.Asks && !lesson.has(script):
				complain(script, "the file is missing: it makes the mistake that lesson.yaml names")
			case t.Asks && len(t.Choices) == 0 && !lesson.has(answer) && !lesson.has(script):
				complain(answer, "the file is missing: it holds an answer that makes the mistake")
			}
		}
	}
	if sabotages == 0 && lesson.acts() {
		complain("sabotage", "there is no sabotage/<task>.sh: one at least shows that the check can fail again")
	}
	for _, needed := range lesson.Needs {
		if needed == lesson.ID {
			l.problems.add(l.file(lesson, "lesson.yaml"), doc.line("needs"), "the lesson needs itself")
		}
	}
	l.lintScripts(lesson, known)
}

// acts says whether the lesson has a task that is done on the systems.
func (l *Lesson) acts() bool {
	for _, t := range l.Tasks {
		if !t.Asks {
			return true
		}
	}
	return false
}

// lintSolution: whoever proves the lesson must know how each task is done.
func (l *loader) lintSolution(lesson *Lesson, t *Task) {
	script, answer := solveScript(t.ID), solveAnswer(t.ID)
	switch {
	case !t.Asks && !lesson.has(script):
		l.problems.add(l.file(lesson, script), 0, "the file is missing: it does the task as a learner would")
	case t.Asks && len(t.Choices) == 0 && !lesson.has(answer) && !lesson.has(script):
		l.problems.add(l.file(lesson, answer), 0, "the file is missing: it holds the right answer; or %s, which prints it", script)
	}
}

var sleepRule = regexp.MustCompile(`(?m)^\s*sleep\s+([0-9]+)`)

// lintScripts: every script belongs to something, and none waits for luck.
func (l *loader) lintScripts(lesson *Lesson, known map[string]bool) {
	_ = fs.WalkDir(lesson.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // what cannot be read is reported elsewhere
		}
		top, _, below := strings.Cut(name, "/")
		if below && (top == "solve" || top == "sabotage" || top == "mistakes") && !known[name] {
			l.problems.add(l.file(lesson, name), 0, "the file belongs to no task or mistake of lesson.yaml")
		}
		if path.Ext(name) != ".sh" || top == "files" || top == sharedFolder {
			return nil
		}
		text := lesson.read(name)
		for i, line := range strings.Split(text, "\n") {
			if found := sleepRule.FindStringSubmatch(line); found != nil && found[1] != "0" && found[1] != "1" && len(found[1]) > 0 {
				l.problems.add(l.file(lesson, name), i+1, "sleep %s: await a condition instead, in steps of a second at most", found[1])
			}
		}
		return nil
	})
}
