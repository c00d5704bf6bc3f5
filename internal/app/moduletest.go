package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/modhost"
	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/contract"
	"github.com/labbox/labbox/plugins/sdk/host"
)

// ModuleCheck is one clause of the contract, and whether the module keeps it.
type ModuleCheck struct {
	Name    string  `json:"name"`
	Passed  bool    `json:"passed"`
	Seconds float64 `json:"seconds"`
	// Message says what the module did and should have done.
	Message string `json:"message,omitempty"`
}

// ModuleReport is what came of TestModule.
type ModuleReport struct {
	File   string        `json:"file"`
	Name   string        `json:"name,omitempty"`
	Passed bool          `json:"passed"`
	Checks []ModuleCheck `json:"checks"`
}

// moduleTest is one run of TestModule.
type moduleTest struct {
	report  ModuleReport
	observe func(ModuleCheck)
}

// clauseWithin bounds one clause.
const clauseWithin = time.Minute

// ModuleTest says what to test.
type ModuleTest struct {
	// File is the program, or a folder with a Go module, which is built.
	File string
	// Lab proves the module's lessons on the running lab of Config, too.
	Lab    bool
	Config Config
}

// TestModule runs the contract on a finished module in whatever language. observe gets
// each clause when it is through. The error is non-nil only when there is nothing to
// test.
func TestModule(ctx context.Context, o ModuleTest, observe func(ModuleCheck)) (ModuleReport, error) {
	program, done, err := programOf(ctx, o.File)
	if err != nil {
		return ModuleReport{}, err
	}
	defer done()
	t := &moduleTest{report: ModuleReport{File: o.File, Passed: true, Checks: []ModuleCheck{}}, observe: observe}
	t.run(ctx, program)
	if o.Lab && t.report.Name != "" {
		if err := t.prove(ctx, Connect(o.Config)); err != nil {
			return t.report, err
		}
	}
	return t.report, nil
}

// prove proves the module's lessons on the running lab, where it must have been added.
func (t *moduleTest) prove(ctx context.Context, r *Remote) error {
	all, err := r.Lessons(ctx)
	if err != nil {
		return err
	}
	found := false
	for _, l := range all {
		if l.Trend != t.report.Name {
			continue
		}
		found = true
		t.long(ctx, "lesson "+l.ID+" is proven", func(ctx context.Context) error {
			proof, err := r.ProveLesson(ctx, l.ID)
			for _, s := range proof.Steps {
				if !s.Passed {
					err = errors.Join(err, fmt.Errorf("%s: %s %s", s.Name, s.Problem, s.Output))
				}
			}
			return err
		})
	}
	if !found {
		return lab.Errorf(lab.CodeNotFound, "Add it first: labbox module add --dev FILE", "the running lab has no lessons of module %s", t.report.Name)
	}
	return nil
}

// programOf returns the program to test; a folder with a go.mod is built into a
// temporary one, which done removes.
func programOf(ctx context.Context, file string) (program string, done func(), err error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", nil, lab.Errorf(lab.CodeUsage, "Name a module's program, or its folder", "test module: %w", err)
	}
	if !info.IsDir() {
		program, err = filepath.Abs(file)
		return program, func() {}, err
	}
	if _, err := os.Stat(filepath.Join(file, "go.mod")); err != nil {
		return "", nil, lab.Errorf(lab.CodeUsage, "Name the module's program instead", "%s is no folder with a Go module", file)
	}
	dir, err := os.MkdirTemp("", "labbox-module-")
	if err != nil {
		return "", nil, err
	}
	done = func() { _ = os.RemoveAll(dir) }
	program = filepath.Join(dir, "module")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
	build.Dir = file
	if out, err := build.CombinedOutput(); err != nil {
		done()
		return "", nil, lab.Errorf(lab.CodeModule, "Correct it, then try again", "build module %s: %w\n%s", file, err, bytes.TrimSpace(out))
	}
	return program, done, nil
}

func (t *moduleTest) run(ctx context.Context, program string) {
	var first, second *host.Process
	started := t.clause(ctx, "starts and shakes hands", func(ctx context.Context) error {
		var err error
		if first, err = launchForTest(ctx, program); err == nil {
			second, err = launchForTest(ctx, program)
		}
		return err
	})
	for _, p := range []*host.Process{first, second} {
		if p != nil {
			defer p.Close()
		}
	}
	if !started {
		return
	}
	if info, err := first.Describe(ctx); err == nil {
		t.report.Name = info.Name
	}
	for _, c := range contract.Checks() {
		t.clause(ctx, c.Name, func(ctx context.Context) error { return c.Run(ctx, first) })
	}
	for _, c := range contract.ProgramChecks() {
		t.clause(ctx, c.Name, func(ctx context.Context) error { return c.Run(ctx, first, second) })
	}
	t.clause(ctx, "plan uses only what is the module's own", func(ctx context.Context) error { return t.inBounds(ctx, first) })
	t.clause(ctx, "lessons are in order", func(ctx context.Context) error { return t.lessons(ctx, first) })
	t.clause(ctx, "ends when it is told to", func(context.Context) error { return contract.EndsInTime(second) })
}

// clause runs one clause, within its time, and notes how it went.
func (t *moduleTest) clause(ctx context.Context, name string, run func(context.Context) error) bool {
	bounded, cancel := context.WithTimeout(ctx, clauseWithin)
	defer cancel()
	return t.long(bounded, name, run)
}

// long is clause for what takes as long as it takes.
func (t *moduleTest) long(ctx context.Context, name string, run func(context.Context) error) bool {
	began := time.Now()
	err := run(ctx)
	c := ModuleCheck{Name: name, Passed: err == nil, Seconds: time.Since(began).Seconds()}
	if err != nil {
		c.Message = err.Error()
		t.report.Passed = false
	}
	t.report.Checks = append(t.report.Checks, c)
	t.observe(c)
	return c.Passed
}

func launchForTest(ctx context.Context, program string) (*host.Process, error) {
	return host.Launch(ctx, host.Options{Name: filepath.Base(program), Path: program, Env: modhost.Environment(), StartTimeout: startWithin})
}

// inBounds compares the plan with the rules for modules by others.
func (t *moduleTest) inBounds(ctx context.Context, p *host.Process) error {
	plan, err := p.Plan(ctx, sdk.Config{ClusterDomain: "cluster.local"})
	if err != nil {
		return err
	}
	return withContent(ctx, p, func(dir string) error {
		return modhost.CheckPlan(t.report.Name, plan, labNamespaces(), os.DirFS(dir))
	})
}

// lessons reads every lesson that the module brings.
func (t *moduleTest) lessons(ctx context.Context, p *host.Process) error {
	return withContent(ctx, p, func(dir string) error {
		files, err := fs.Sub(os.DirFS(dir), "lessons")
		if err != nil {
			return err
		}
		if _, err := fs.Stat(files, "."); errors.Is(err, fs.ErrNotExist) {
			return nil // it brings none
		}
		problems, err := LintLessons(t.report.Name, files)
		if err == nil && len(problems) > 0 {
			err = errors.New(strings.Join(problems, "\n"))
		}
		return errors.Join(err, confineLessons(t.report.Name, files, ownedBy(t.report.Name)))
	})
}

// ownedBy says what belongs to a module that is not in a lab yet.
func ownedBy(module string) func(string) bool {
	return func(name string) bool { return modhost.OwnedBy(module, name, labNamespaces()) }
}

// withContent lays out what the module brings in a temporary folder.
func withContent(ctx context.Context, p *host.Process, use func(dir string) error) error {
	dir, err := os.MkdirTemp("", "labbox-module-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	limits := modhost.DefaultLimits()
	if _, err := p.Content(ctx, dir, host.ContentLimits{Bytes: limits.ContentBytes, Files: limits.ContentFiles}); err != nil {
		return fmt.Errorf("ask for its content: %w", err)
	}
	return use(dir)
}
