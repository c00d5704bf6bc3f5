package app

import "github.com/labbox/labbox/plugins"

// ModuleGuide returns the guide for authors of modules, as Markdown in German ("de") or
// English.
func ModuleGuide(lang string) string { return plugins.Guide(lang) }

// LessonGuide returns how a lesson is written, as Markdown.
func LessonGuide() string { return plugins.Lessons() }
