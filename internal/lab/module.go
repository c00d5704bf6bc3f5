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
	// Builtin says that labbox brought the module along, Dev that its file is not pinned
	// and taken up anew whenever it changes.
	Builtin bool `json:"builtin"`
	Dev     bool `json:"dev,omitempty"`
	// Protocol is the protocol version agreed on; 0 while the module is not running.
	Protocol int `json:"protocol,omitempty"`
	// Restarts counts the starts after the first one.
	Restarts int `json:"restarts,omitempty"`
	// MemoryBytes is what its processes take, MemoryLimit and CPULimit (in cores) what
	// they may; a limit of 0 is none.
	MemoryBytes int64   `json:"memoryBytes,omitempty"`
	MemoryLimit int64   `json:"memoryLimit,omitempty"`
	CPULimit    float64 `json:"cpuLimit,omitempty"`
	// Problem is why the module last ended or what it was refused, and Complaint what it
	// does that it should not while it runs; empty when there is nothing to say.
	Problem   string `json:"problem,omitempty"`
	Complaint string `json:"complaint,omitempty"`
	// Pages are the pages that the module brings, in order.
	Pages []ModulePage `json:"pages,omitempty"`
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
