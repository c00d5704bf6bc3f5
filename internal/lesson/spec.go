package lesson

import (
	"encoding/json"
	"fmt"

	"github.com/labbox/labbox/internal/lab"
)

// spec is lesson.yaml as it is written.
type spec struct {
	ID           string       `json:"id"`
	Order        int          `json:"order"`
	Title        lab.Text     `json:"title"`
	Minutes      int          `json:"minutes"`
	Needs        []string     `json:"needs"`
	Namespaces   []string     `json:"namespaces"`
	Repositories []string     `json:"repositories"`
	Sources      []lab.ReadOn `json:"sources"`
	Tasks        []taskSpec   `json:"tasks"`
}

// taskSpec is a task as it is written.
type taskSpec struct {
	ID       string            `json:"id"`
	Title    lab.Text          `json:"title"`
	Text     lab.Text          `json:"text"`
	Choices  []lab.Choice      `json:"choices"`
	Watch    map[string]Watch  `json:"watch"`
	Done     string            `json:"done"`
	Seen     lab.Text          `json:"seen"`
	Expected lab.Text          `json:"expected"`
	Evidence map[string]string `json:"evidence"`
	Mistakes []mistakeSpec     `json:"mistakes"`
	Hints    []lab.Text        `json:"hints"`
}

// mistakeSpec is a mistake as it is written.
type mistakeSpec struct {
	ID   string   `json:"id"`
	When string   `json:"when"`
	Hint lab.Text `json:"hint"`
}

// decode turns a document that the schema has accepted into a spec.
func (d *document) decode() (*spec, error) {
	text, err := json.Marshal(d.value)
	if err != nil {
		return nil, fmt.Errorf("read lesson.yaml: %w", err)
	}
	s := &spec{}
	if err := json.Unmarshal(text, s); err != nil {
		return nil, fmt.Errorf("read lesson.yaml: %w", err)
	}
	return s, nil
}
