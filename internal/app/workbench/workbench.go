// Package workbench is what the daemon does in and for the learner's workbench: it runs
// the scripts of lessons and the shells of terminals there, and makes the namespaces and
// repositories that a lesson asks for.
package workbench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"

	"github.com/labbox/labbox/internal/lab"
)

// Where the workbench is; the chart of that name says the same.
const (
	Namespace = "workbench"
	pod       = "workbench-0"
	container = "bench"
	// lessons is where the folders of lessons are in the pod.
	lessons = "/home/learner/lessons"
	// editRole is what the learner may do in the namespaces of lessons.
	editRole = "workbench-learner-edit"
	account  = "learner"
)

// Options are what a Bench works with.
type Options struct {
	Executor lab.Executor
	Objects  lab.Objects
	Lists    lab.ObjectFollower
	// Git is the URL of the lab's git server, "" while it is not there.
	Git func() string
	// GitLogin is who may make repositories.
	GitLogin func(ctx context.Context) (user, password string, err error)
	HTTP     *http.Client
}

// Bench is the workbench. It is safe for concurrent use.
type Bench struct{ opt Options }

// New returns a Bench; it does no I/O.
func New(o Options) *Bench { return &Bench{opt: o} }

var lessonName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*$`)

// folder is a lesson's folder in the pod.
func folder(lesson string) (string, error) {
	if !lessonName.MatchString(lesson) {
		return "", lab.Errorf(lab.CodeUsage, "All there are: labbox lesson list", "%q is no name of a lesson", lesson)
	}
	return lessons + "/" + lesson, nil
}

// exec runs a program in the pod.
func (b *Bench) exec(ctx context.Context, e lab.Exec) (int, error) {
	e.Namespace, e.Pod, e.Container = Namespace, pod, container
	code, err := b.opt.Executor.Exec(ctx, e)
	if err == nil || ctx.Err() != nil {
		return code, err
	}
	var known *lab.Error
	if errors.As(err, &known) {
		return code, err
	}
	return code, lab.Errorf(lab.CodeNotReady, "Look at it: labbox status, and labbox kubectl get pods -n workbench",
		"the workbench does not answer: %w", err)
}

// checkName refuses what is no name of Kubernetes or git.
func checkName(kind, name string) error {
	if !plainName.MatchString(name) || len(name) > 63 {
		return lab.Errorf(lab.CodeUsage, "Lower-case letters, digits and dashes, 63 at most", "%q is no name for a %s", name, kind)
	}
	return nil
}

var plainName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
