package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// suite runs tests of another package in the machine's network, where the lab's ports
// are; they see this machine's files. More of them run side by side than there are
// processors: they wait for the lab most of the time. All must pass, for what is skipped
// has shown nothing.
func (b *box) suite(t *testing.T, pkg, run string, env ...string) {
	t.Helper()
	program, err := b.testProgram(pkg)
	if err != nil {
		t.Error(err)
		return
	}
	cmd := b.outside(program, "-test.v", "-test.parallel=16", "-test.run="+run)
	cmd.Dir = pkg
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "--- PASS: ") || strings.Contains(string(out), "--- SKIP") {
		t.Errorf("%s %s: %v", pkg, run, err)
	}
}

// testProgram compiles a package's tests once for the machine's life.
func (b *box) testProgram(pkg string) (string, error) {
	program := filepath.Join(filepath.Dir(b.root), filepath.Base(pkg)+".test")
	if _, err := os.Stat(program); !errors.Is(err, fs.ErrNotExist) {
		return program, err
	}
	out, err := exec.Command("go", "test", "-c", "-o", program, pkg).CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return program, nil
}
