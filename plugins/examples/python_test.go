// Package examples tests the modules that are not written in Go: they keep the same
// contract as all others.
package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/labbox/labbox/plugins/sdk/host"
	"github.com/labbox/labbox/plugins/sdk/sdktest"
)

// TestBoxPython builds python-hello with what its lock names and runs the contract on
// it, over the real handshake with certificates on both sides.
func TestBoxPython(t *testing.T) {
	if testing.Short() {
		t.Skip("it installs grpcio")
	}
	dir := t.TempDir()
	mustRun(t, "python3", "-m", "venv", filepath.Join(dir, "venv"))
	python := filepath.Join(dir, "venv", "bin", "python")
	mustRun(t, python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "--only-binary=:all:", "-r", "python-hello/requirements.lock")
	program := filepath.Join(dir, "python-hello.pyz")
	mustRun(t, "python-hello/build", python, program)
	sdktest.Program(t, host.Options{Name: "python-hello", Path: program, Env: []string{"PATH=" + os.Getenv("PATH")}, StartTimeout: time.Minute})
}

func mustRun(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}
