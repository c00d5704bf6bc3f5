package house

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mustFindRoot returns the directory of the project's go.mod.
func mustFindRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module "+Module+"\n") {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("there is no go.mod of the project above this directory")
		}
		dir = filepath.Dir(dir)
	}
}

// TestHouse checks this very tree.
func TestHouse(t *testing.T) {
	t.Parallel()
	tree, err := Load(os.DirFS(mustFindRoot(t)))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.Files) < 100 {
		t.Fatalf("only %d files were found: this is not the whole tree", len(tree.Files))
	}
	findings := Check(tree, Exceptions())
	slices.SortFunc(findings, func(a, b Finding) int { return strings.Compare(a.String(), b.String()) })
	for _, f := range findings {
		t.Error(f)
	}
}
