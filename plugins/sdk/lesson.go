package sdk

import (
	_ "embed"
	"slices"
)

//go:embed lesson.schema.json
var lessonSchema []byte

// LessonSchema returns the JSON Schema (draft 2020-12) of lesson.yaml, for the host
// and for editors. The caller may change what it gets.
func LessonSchema() []byte { return slices.Clone(lessonSchema) }
