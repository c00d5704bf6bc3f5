package main

import (
	"path/filepath"
	"testing"
)

// What only tests use is kept apart, and made anew when the lock file changes.
func TestTestCode(t *testing.T) {
	t.Parallel()
	dir, modules := filepath.Join(t.TempDir(), "build"), t.TempDir()
	if err := keepTestCode(dir, modules, "a"); err == nil {
		t.Error("a package that is missing goes unnoticed")
	}
	mustWrite(t, filepath.Join(modules, "axe-core", "axe.min.js"), "axe = 1")
	if testCodeKept(dir, "a") {
		t.Error("kept before it was")
	}
	if err := keepTestCode(dir, modules, "a"); err != nil {
		t.Fatal(err)
	}
	if !testCodeKept(dir, "a") || testCodeKept(dir, "b") {
		t.Error("what is kept is not known by its inputs")
	}
	mustWrite(t, filepath.Join(modules, "axe-core", "LICENSE"), "MPL")
	dist := t.TempDir()
	if err := copyLicence(modules, dist); err != nil {
		t.Fatal(err)
	}
	if found, _ := filepath.Glob(filepath.Join(dist, "*")); len(found) != 0 {
		t.Errorf("%v is beside the bundle", found)
	}
}
