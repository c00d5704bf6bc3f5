package lab

// Status is the lab as a whole at one moment.
type Status struct {
	// Ready is true when every component is.
	Ready   bool   `json:"ready"`
	Phase   State  `json:"phase"`
	Version string `json:"version"`
	// LastEvent is the ID of the newest event.
	LastEvent  int64       `json:"lastEvent"`
	Components []Component `json:"components"`
}

// Component is a part of the lab that a learner may look at: a process of the
// embedded cluster, a workload in it, a module.
type Component struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	Ready     bool   `json:"ready"`
	Version   string `json:"version"`
	// MemoryBytes is private memory of a process, working set of a workload.
	MemoryBytes int64 `json:"memoryBytes"`
	// URL is where a browser finds it; empty for parts without a face.
	URL     string `json:"url"`
	Message string `json:"message"`
	// Trend is the module the component belongs to; empty for the cluster's own.
	Trend string `json:"trend,omitempty"`
}

// Link is a URL that a learner can open.
type Link struct {
	// ID is the component's short name, the argument of "labbox credentials".
	ID   string `json:"id"`
	Name string `json:"name"`
	// Title is the name in both languages, where it has one in each.
	Title Text   `json:"title,omitzero"`
	URL   string `json:"url"`
	// User is set when there is something to log in to; the password is never
	// part of a Link.
	User string `json:"user,omitempty"`
}
