package lesson

import (
	"context"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// Words returns all that a lesson says but for its hints, for who searches; nothing where
// there is no such lesson. Other than Show it does not open the lesson.
func (e *Engine) Words(_ context.Context, id string) lab.Text {
	l, err := e.find(id)
	if err != nil {
		return lab.Text{}
	}
	var de, en strings.Builder
	add := func(t lab.Text) {
		de.WriteString(t.DE + "\n")
		en.WriteString(t.EN + "\n")
	}
	for _, t := range []lab.Text{l.Goal, l.Theory, l.Notice} {
		add(t)
	}
	for _, t := range l.Tasks {
		add(t.Title)
		add(t.Text)
	}
	return lab.Text{DE: de.String(), EN: en.String()}
}
