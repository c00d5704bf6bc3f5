package charts

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Every file of every chart directory is in FS: a pattern of embed that misses one
// drops it without a word.
func TestFSHoldsEveryFile(t *testing.T) {
	t.Parallel()
	for _, name := range mustDirs(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			chart, err := FS(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range mustFiles(t, name) {
				want, err := os.ReadFile(filepath.Join(name, file))
				if err != nil {
					t.Fatal(err)
				}
				got, err := fs.ReadFile(chart, file)
				if err != nil || string(got) != string(want) {
					t.Errorf("%s: embedded %d bytes, on disk %d (%v)", file, len(got), len(want), err)
				}
			}
		})
	}
}

func TestNamesAreTheDirectories(t *testing.T) {
	t.Parallel()
	if got, want := Names(), mustDirs(t); !slices.Equal(got, want) {
		t.Errorf("Names() = %v, directories %v", got, want)
	}
}

func TestFSOfUnknownChart(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "nothing", "..", "argocd/templates"} {
		if _, err := FS(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("FS(%q): %v, want fs.ErrNotExist", name, err)
		}
	}
}

func mustDirs(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("*/Chart.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dirs := make([]string, len(paths))
	for i, p := range paths {
		dirs[i] = filepath.Dir(p)
	}
	return dirs
}

func mustFiles(t *testing.T, name string) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(name), ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
