// Package charts holds the Helm charts of the lab, one directory each.
package charts

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// "all:" keeps the files whose names begin with "_", and the star takes charts to
// come; the Go files beside them come along and do no harm.
//
//go:embed all:*
var all embed.FS

// FS returns the chart of that name, with Chart.yaml at its root. The error is
// fs.ErrNotExist for a name that is none of Names.
func FS(name string) (fs.FS, error) {
	if !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("open chart %q: %w", name, fs.ErrNotExist)
	}
	return fs.Sub(all, name)
}

// Names returns the names of all charts, sorted.
func Names() []string {
	paths, err := fs.Glob(all, "*/Chart.yaml")
	if err != nil {
		return nil
	}
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = path.Dir(p)
	}
	return names
}
