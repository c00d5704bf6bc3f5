package sdk

// Page is a page of a module in the dashboard. It says what is to be shown and never
// how: the host draws it, so that no module can bring script or style.
type Page struct {
	// ID is unique within the module: lower-case letters, digits and dashes.
	ID    string     `json:"id"`
	Title Text       `json:"title"`
	Parts []PagePart `json:"parts,omitempty"`
}

// PagePart is one part of a page. Exactly one of Markdown, Plot, Table and Links is set.
type PagePart struct {
	Title Text `json:"title"`
	// Markdown is CommonMark with tables and without HTML.
	Markdown *Text      `json:"markdown,omitempty"`
	Plot     *Plot      `json:"plot,omitempty"`
	Table    *Table     `json:"table,omitempty"`
	Links    []PageLink `json:"links,omitempty"`
}

// Plot draws what Prometheus says of Query over the last quarter of an hour.
type Plot struct {
	Query string `json:"query"`
	// Legend is the label that names a line; empty where there is only one.
	Legend string `json:"legend,omitempty"`
	// Unit is one of cores, bytes, perSecond, seconds, watts, or empty for a bare number.
	Unit string `json:"unit,omitempty"`
	// Stacked lines add up to a whole.
	Stacked bool `json:"stacked,omitempty"`
}

// Table shows what Prometheus says of Query now, a row for each series.
type Table struct {
	Query   string   `json:"query"`
	Columns []Column `json:"columns,omitempty"`
}

// Column is one column of a table.
type Column struct {
	Title Text `json:"title"`
	// Label is the label to show; empty means the value itself.
	Label string `json:"label,omitempty"`
	// Unit is that of the value, as in Plot.
	Unit string `json:"unit,omitempty"`
}

// PageLink leads to a system of the lab, or to a page on the internet for reading on.
type PageLink struct {
	Title Text `json:"title"`
	// Endpoint is the name of a forward, Path what follows its address.
	Endpoint string `json:"endpoint,omitempty"`
	Path     string `json:"path,omitempty"`
	// URL is used where Endpoint is empty; it begins with https://.
	URL string `json:"url,omitempty"`
}
