// Package golden holds the repository "templates" as it is first made: the lab's teams
// and two golden paths.
package golden

import (
	"embed"
	"fmt"
	"io/fs"

	"github.com/labbox/labbox/internal/idp/repo"
)

// Repository is the name of the repository.
const Repository = "templates"

//go:embed all:files
var files embed.FS

// Files returns the repository's files.
func Files() ([]repo.File, error) {
	var out []repo.File
	root, err := fs.Sub(files, "files")
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, path)
		out = append(out, repo.File{Path: path, Data: data})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the golden paths: %w", err)
	}
	return out, nil
}
