package lesson

import (
	"io/fs"
	"slices"
	"strings"
)

// sharedFolder is the one folder of a trend's lessons that is none: its files are in
// every lesson's folder, under the same name.
const sharedFolder = "shared"

// withShared lays the trend's shared files into a lesson's folder.
func withShared(lesson, trend fs.FS) fs.FS {
	if info, err := fs.Stat(trend, sharedFolder); err != nil || !info.IsDir() {
		return lesson
	}
	return &overlay{lesson, trend}
}

// overlay is a lesson's folder with a folder of the trend in it.
type overlay struct{ lesson, trend fs.FS }

var _ fs.ReadDirFS = (*overlay)(nil)

func (o *overlay) of(name string) fs.FS {
	if name == sharedFolder || strings.HasPrefix(name, sharedFolder+"/") {
		return o.trend
	}
	return o.lesson
}

// Open implements fs.FS.
func (o *overlay) Open(name string) (fs.File, error) { return o.of(name).Open(name) }

// ReadDir implements fs.ReadDirFS.
func (o *overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(o.of(name), name)
	if err != nil || name != "." {
		return list, err
	}
	top, err := fs.ReadDir(o.trend, ".")
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(d fs.DirEntry) bool { return d.Name() == sharedFolder })
	for _, d := range top {
		if d.Name() == sharedFolder {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, nil
}
