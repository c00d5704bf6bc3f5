package app

import (
	"context"
	"encoding/json"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/sqlite"
	"github.com/labbox/labbox/internal/web"
)

var _ web.Memory = memory{}

// memory is what the learner writes and chooses, as the dashboard asks for it.
type memory struct{ store *sqlite.DB }

// Reflections implements web.Memory.
func (m memory) Reflections(ctx context.Context) ([]lab.Note, error) {
	return m.store.Reflections().All(ctx)
}

// SetReflection implements web.Memory.
func (m memory) SetReflection(ctx context.Context, question, text string) error {
	return m.store.Reflections().Put(ctx, lab.Note{Subject: question, Text: text, Changed: time.Now()})
}

// Preferences implements web.Memory. What is no text is of another program, or of a
// later version, and left out.
func (m memory) Preferences(ctx context.Context) (map[string]string, error) {
	all, err := m.store.Preferences().All(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for name, raw := range all {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			out[name] = text
		}
	}
	return out, nil
}

// SetPreference implements web.Memory.
func (m memory) SetPreference(ctx context.Context, name, value string) error {
	return m.store.Preferences().Put(ctx, name, value)
}
