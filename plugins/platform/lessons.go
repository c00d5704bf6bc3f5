package platform

import (
	"embed"
	"io/fs"
)

//go:embed all:lessons
var lessons embed.FS

// Lessons returns the trend's lessons: a folder each, with its lesson.yaml.
func Lessons() fs.FS {
	sub, err := fs.Sub(lessons, "lessons")
	if err != nil {
		panic(err) // the name above is valid
	}
	return sub
}
