package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// testPackage is the npm package that only tests use: it looks for barriers in a page.
const testPackage = "axe-core"

// testCode is the name of its one file in dir; the hash of the inputs is its first line.
func testCode(dir string) string { return filepath.Join(dir, "axe.js") }

func testCodeMark(inputs string) string { return "// " + inputs + "\n" }

func testCodeKept(dir, inputs string) bool {
	text, err := os.ReadFile(testCode(dir))
	return err == nil && strings.HasPrefix(string(text), testCodeMark(inputs))
}

// keepTestCode copies what only tests use to where they look for it.
func keepTestCode(dir, modules, inputs string) error {
	text, err := os.ReadFile(filepath.Join(modules, testPackage, "axe.min.js"))
	if err != nil {
		return fmt.Errorf("read %s: %w", testPackage, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make %s: %w", dir, err)
	}
	if err := os.WriteFile(testCode(dir), append([]byte(testCodeMark(inputs)), text...), 0o644); err != nil {
		return fmt.Errorf("keep %s: %w", testPackage, err)
	}
	return nil
}
