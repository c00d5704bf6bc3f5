package lab

// ModulePage is a page that a module brings. It says what is shown and never how.
type ModulePage struct {
	ID    string     `json:"id"`
	Title Text       `json:"title"`
	Parts []PagePart `json:"parts"`
}

// PagePart is one part of a page. One of Markdown, Plot, Table and Links is set.
type PagePart struct {
	Title Text `json:"title"`
	// Markdown is CommonMark with tables; HTML in it is shown as text.
	Markdown *Text      `json:"markdown,omitempty"`
	Plot     *PagePlot  `json:"plot,omitempty"`
	Table    *PageTable `json:"table,omitempty"`
	Links    []PageLink `json:"links,omitempty"`
}

// PagePlot draws what Prometheus says of Query over the last quarter of an hour.
type PagePlot struct {
	Query string `json:"query"`
	// Legend is the label that names a line; empty where there is only one.
	Legend string `json:"legend,omitempty"`
	// Unit is one of cores, bytes, perSecond, seconds, watts, or empty.
	Unit    string `json:"unit,omitempty"`
	Stacked bool   `json:"stacked,omitempty"`
}

// PageTable shows what Prometheus says of Query now, a row for each series.
type PageTable struct {
	Query   string       `json:"query"`
	Columns []PageColumn `json:"columns"`
}

// PageColumn is one column of a table.
type PageColumn struct {
	Title Text `json:"title"`
	// Label is the label to show; empty means the value itself, in Unit.
	Label string `json:"label,omitempty"`
	Unit  string `json:"unit,omitempty"`
}

// PageLink leads to a system of the lab or to the internet.
type PageLink struct {
	Title Text   `json:"title"`
	URL   string `json:"url"`
}
