package web

import (
	"context"

	"github.com/labbox/labbox/internal/lab"
)

// Memory keeps what the learner writes and chooses over a restart. What was never set
// is not in the answers.
type Memory interface {
	// Reflections returns what was written, each under its question.
	Reflections(ctx context.Context) ([]lab.Note, error)
	SetReflection(ctx context.Context, question, text string) error
	// Preferences returns what was chosen in the settings, by name.
	Preferences(ctx context.Context) (map[string]string, error)
	SetPreference(ctx context.Context, name, value string) error
}
