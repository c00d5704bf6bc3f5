package sdk

// Target says where the systems of the lab are, as seen from the module.
type Target struct {
	// Kubeconfig is the path of a kubeconfig file; empty where there is none.
	Kubeconfig string `json:"kubeconfig,omitempty"`
	// Endpoints holds the systems by the name of their Forward, whichever module
	// asked for it.
	Endpoints map[string]Endpoint `json:"endpoints,omitempty"`
}

// Endpoint is where one system answers.
type Endpoint struct {
	// URL is the base URL without a slash at the end.
	URL      string `json:"url"`
	User     string `json:"user,omitempty"`
	Password string `json:"password,omitempty"`
}

// Health is how a trend fares, as read from its systems.
type Health struct {
	Alive bool `json:"alive"`
	// Message says it in one line: the versions when alive, else what is wrong.
	Message string   `json:"message"`
	Links   []Link   `json:"links,omitempty"`
	Signals []Signal `json:"signals,omitempty"`
}

// Link is a page of the trend that a learner can open.
type Link struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// Signal is one reading: a number with its unit, or a Text such as a version.
type Signal struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
	OK    bool    `json:"ok"`
	Text  string  `json:"text,omitempty"`
}

// Verdict says whether a step is done, and how that is known.
type Verdict struct {
	Passed bool `json:"passed"`
	// Evidence maps a name (commit, revision, run...) to what was read.
	Evidence Values `json:"evidence,omitempty"`
	// Seen and Expected say, where the step has not passed, what is and what should be.
	Seen     string `json:"seen,omitempty"`
	Expected string `json:"expected,omitempty"`
	// Hint is the id of the hint that fits the mistake that was made.
	Hint string `json:"hint,omitempty"`
}
