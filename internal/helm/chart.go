package helm

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
)

// loadChart reads the chart at the root of fsys.
func loadChart(fsys fs.FS) (*chart.Chart, error) {
	var files []*loader.BufferedFile
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, path)
		files = append(files, &loader.BufferedFile{Name: path, Data: data})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read chart: %w", err)
	}
	ch, err := loader.LoadFiles(files)
	if err != nil {
		return nil, fmt.Errorf("load chart: %w", err)
	}
	if err := ch.Validate(); err != nil {
		return nil, fmt.Errorf("check chart: %w", err)
	}
	return ch, nil
}

// plainValues returns values as they look once they have been stored: numbers as
// Helm reads them, no types of ours.
func plainValues(values map[string]any) (map[string]any, error) {
	if len(values) == 0 {
		return map[string]any{}, nil
	}
	data, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("encode values: %w", err)
	}
	plain := map[string]any{}
	if err := json.Unmarshal(data, &plain); err != nil {
		return nil, fmt.Errorf("decode values: %w", err)
	}
	return plain, nil
}

// sameChart says whether two charts hold the same files.
func sameChart(a, b *chart.Chart) bool {
	if a == nil || b == nil {
		return false
	}
	return sameJSON(a.Metadata, b.Metadata) && sameJSON(a.Values, b.Values) &&
		bytes.Equal(a.Schema, b.Schema) && sameFiles(a.Templates, b.Templates) && sameFiles(a.Files, b.Files)
}

func sameFiles(a, b []*chart.File) bool {
	byName := func(x, y *chart.File) int { return cmp.Compare(x.Name, y.Name) }
	a, b = slices.SortedFunc(slices.Values(a), byName), slices.SortedFunc(slices.Values(b), byName)
	return slices.EqualFunc(a, b, func(x, y *chart.File) bool {
		return x.Name == y.Name && bytes.Equal(x.Data, y.Data)
	})
}

func sameValues(a, b map[string]any) bool {
	return len(a) == 0 && len(b) == 0 || sameJSON(a, b)
}

// sameJSON compares by what is stored: a release comes back through JSON.
func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
