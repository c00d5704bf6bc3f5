package scaffold

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/idp/repo"
)

const (
	maxFiles = 500
	maxBytes = 32 << 20
)

// workspace holds the files that a task makes, in memory. Paths cannot leave it.
type workspace struct {
	files map[string]repo.File
	bytes int
}

func newWorkspace() *workspace { return &workspace{files: map[string]repo.File{}} }

// inside cleans a path; one that leads out is an error.
func inside(p string) (string, error) {
	for part := range strings.SplitSeq(p, "/") {
		if part == ".." {
			return "", fmt.Errorf("path %q leads out of the workspace", p)
		}
	}
	return strings.TrimPrefix(path.Clean("/"+p), "/"), nil
}

func (w *workspace) write(f repo.File) error {
	p, err := inside(f.Path)
	if err != nil {
		return err
	}
	if p == "" {
		return fmt.Errorf("%q is no name of a file", f.Path)
	}
	w.bytes += len(f.Data) - len(w.files[p].Data)
	if len(w.files) >= maxFiles || w.bytes > maxBytes {
		return fmt.Errorf("a workspace holds at most %d files and %d bytes", maxFiles, maxBytes)
	}
	f.Path = p
	w.files[p] = f
	return nil
}

// paths returns the paths of all files at or below p, sorted.
func (w *workspace) paths(p string) ([]string, error) {
	clean, err := inside(p)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(w.files)) {
		if clean == "" || name == clean || strings.HasPrefix(name, clean+"/") {
			out = append(out, name)
		}
	}
	return out, nil
}

func (w *workspace) remove(p string) {
	w.bytes -= len(w.files[p].Data)
	delete(w.files, p)
}

// below returns the files below a directory, their paths relative to it.
func (w *workspace) below(dir string) ([]repo.File, error) {
	names, err := w.paths(dir)
	if err != nil {
		return nil, err
	}
	clean, _ := inside(dir)
	var out []repo.File
	for _, name := range names {
		f := w.files[name]
		if f.Path = strings.TrimPrefix(strings.TrimPrefix(name, clean), "/"); f.Path != "" {
			out = append(out, f)
		}
	}
	return out, nil
}

// glob compiles a pattern in which * and ? stay within a part of a path and ** does not.
func glob(pattern string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString("^")
	for i := 0; i < len(pattern); i++ {
		switch {
		case strings.HasPrefix(pattern[i:], "**/"):
			b.WriteString("(?:.*/)?")
			i += 2
		case strings.HasPrefix(pattern[i:], "**"):
			b.WriteString(".*")
			i++
		case pattern[i] == '*':
			b.WriteString("[^/]*")
		case pattern[i] == '?':
			b.WriteString("[^/]")
		default:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	return regexp.Compile(b.String() + "$")
}

// matchesAny says whether one of the patterns fits the path.
func matchesAny(patterns []string, p string) (bool, error) {
	for _, pattern := range patterns {
		re, err := glob(strings.TrimPrefix(pattern, "./"))
		if err != nil {
			return false, fmt.Errorf("pattern %q: %w", pattern, err)
		}
		if re.MatchString(p) {
			return true, nil
		}
	}
	return false, nil
}
