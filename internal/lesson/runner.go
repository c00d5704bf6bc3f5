package lesson

import (
	"context"
	"io/fs"
)

// Script is one script of a lesson, to be run where the learner works.
type Script struct {
	// Lesson is the lesson's id, "<trend>/<folder>".
	Lesson string
	// Name is the script's path in the lesson's folder: "start.sh", "solve/heal.sh".
	Name string
	// Files is the lesson's folder. It is copied there before its first script and when
	// it has changed.
	Files fs.FS
	// Env is set for the script, beside what the workbench has.
	Env map[string]string
}

// Output is how a script ended.
type Output struct {
	// Code is its exit code.
	Code int
	// Text is what it wrote to standard output and error, in order; the middle of a very
	// long one is left out.
	Text string
}

// Runner runs scripts as the learner, with bash -euo pipefail in the lesson's folder.
type Runner interface {
	// Run blocks until the script has ended. A script that fails is an Output with its
	// code and no error; an error means that it could not be run to its end. When ctx is
	// done, everything the script has started is killed.
	Run(ctx context.Context, s Script) (Output, error)
}
