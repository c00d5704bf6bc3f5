package capstone

import (
	"embed"
	"io/fs"
)

//go:embed all:lessons
var stepFiles embed.FS

// Lessons are the folders of the ten guided steps, in both languages; what several of
// them use is in the folder shared.
func Lessons() fs.FS {
	sub, err := fs.Sub(stepFiles, "lessons")
	if err != nil {
		return stepFiles // never: the name is a valid one
	}
	return sub
}
