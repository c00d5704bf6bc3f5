package gitops

import (
	"embed"
	"io/fs"
)

//go:embed all:lessons
var content embed.FS

// Lessons returns the module's lessons, one folder each; plugins/LESSONS.md says what
// is in it.
func Lessons() fs.FS {
	lessons, err := fs.Sub(content, "lessons")
	if err != nil { // the folder is named in the line above
		panic(err)
	}
	return lessons
}
