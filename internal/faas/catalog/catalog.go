// Package catalog is the lab's own function store: functions that need nothing but the
// images of the lab, in the store format of faas-cli, so that `faas-cli store deploy`
// takes them as they are.
//
// A sample's code is in the image labbox.local/fn-python, below /home/app/samples, and
// its variable function_dir says which. One more sample: a folder there with a
// handler.py, and an entry in functions.json.
package catalog

import (
	_ "embed" // for the list
	"encoding/json"
	"fmt"
)

//go:embed functions.json
var list string

// Store is the document that faas-cli reads.
type Store struct {
	Version   string     `json:"version"`
	Functions []Function `json:"functions"`
}

// Function is one entry. Fields with German texts are the lab's own; clients that do
// not know them pass them over.
type Function struct {
	Title         string            `json:"title"`
	Name          string            `json:"name"`
	Description   string            `json:"description"`
	TitleDE       string            `json:"title_de"`
	DescriptionDE string            `json:"description_de"`
	Icon          string            `json:"icon"`
	Author        string            `json:"author"`
	Images        map[string]string `json:"images"`
	Fprocess      string            `json:"fprocess"`
	Network       string            `json:"network"`
	RepoURL       string            `json:"repo_url"`
	Environment   map[string]string `json:"environment,omitempty"`
	Labels        map[string]string `json:"labels,omitempty"`
	Annotations   map[string]string `json:"annotations,omitempty"`
	// ReadOnlyRootFilesystem goes into the deployment as it is.
	ReadOnlyRootFilesystem bool `json:"readOnlyRootFilesystem"`
	// Example is a body to try it with.
	Example string `json:"example,omitempty"`
}

// JSON returns the document as it is served.
func JSON() string { return list }

// Read returns the document as values.
func Read() (Store, error) {
	var s Store
	if err := json.Unmarshal([]byte(list), &s); err != nil {
		return s, fmt.Errorf("read the function store: %w", err)
	}
	return s, nil
}
