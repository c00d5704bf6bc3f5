package lab

// Module is a trend module as the host sees it.
type Module struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Title and Description are in English; TitleDE and DescriptionDE in German.
	Title         string `json:"title"`
	TitleDE       string `json:"titleDe,omitempty"`
	Description   string `json:"description,omitempty"`
	DescriptionDE string `json:"descriptionDe,omitempty"`
	State         State  `json:"state"`
	// Charts are the releases its plan asked for.
	Charts []string `json:"charts"`
	// Message says what is wrong; empty when fine.
	Message string `json:"message,omitempty"`
	// Signals are what its last Check read from the real systems.
	Signals []Signal `json:"signals,omitempty"`
}

// Signal is one value a module reads from the systems it is about.
type Signal struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
	// Text is what was read where it is no number, such as a version.
	Text string `json:"text,omitempty"`
	OK   bool   `json:"ok"`
}
