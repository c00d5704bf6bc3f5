package mlops

import (
	"embed"
	"io/fs"
)

//go:embed all:lessons
var lessonFiles embed.FS

// Lessons are the folders of the trend's lessons, in both languages; what several of
// them use is in the folder shared.
func Lessons() fs.FS {
	sub, err := fs.Sub(lessonFiles, "lessons")
	if err != nil {
		return lessonFiles // never: the name is a valid one
	}
	return sub
}
