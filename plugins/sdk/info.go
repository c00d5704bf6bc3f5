package sdk

// Text is said in both languages of the lab.
type Text struct {
	DE string `json:"de,omitempty"`
	EN string `json:"en,omitempty"`
}

// In returns the text in the language lang ("de" or "en"), or in the other one
// where that is missing.
func (t Text) In(lang string) string {
	if (lang == "de" && t.DE != "") || t.EN == "" {
		return t.DE
	}
	return t.EN
}

// Info says who a module is.
type Info struct {
	// Name is the module's identity: lower-case letters, digits and dashes.
	Name    string `json:"name"`
	Version string `json:"version"`
	Title   Text   `json:"title"`
	// Description says in a sentence or two what the learner finds here.
	Description Text `json:"description"`
	// Needs names the modules whose plans must be carried out first.
	Needs []string `json:"needs,omitempty"`
	// Lessons are the lessons in the order in which they are meant to be done.
	Lessons []Lesson `json:"lessons,omitempty"`
	// Panels are plots that the dashboard may draw for the module.
	Panels []Panel `json:"panels,omitempty"`
	// Sources are for reading on.
	Sources []Source `json:"sources,omitempty"`
	// Pages are drawn by the dashboard below the module's name.
	Pages []Page `json:"pages,omitempty"`
	// Capstone are steps that are verified after the lab's own when the capstone runs.
	Capstone []CapstoneStep `json:"capstone,omitempty"`
}

// CapstoneStep is a step of the capstone that the module's Verify knows.
type CapstoneStep struct {
	Step  StepID `json:"step"`
	Title Text   `json:"title"`
}

// Lesson names a lesson and its steps; the steps are what Verify knows.
type Lesson struct {
	ID    string   `json:"id"`
	Title Text     `json:"title"`
	Steps []StepID `json:"steps,omitempty"`
}

// Panel is one plot: what Prometheus answers to Query, in Unit.
type Panel struct {
	ID    string `json:"id"`
	Title Text   `json:"title"`
	Query string `json:"query"`
	Unit  string `json:"unit,omitempty"`
}

// Source is a page on the internet for reading on. labbox never opens it itself.
type Source struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}
