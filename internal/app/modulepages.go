package app

import (
	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/modhost"
	"github.com/labbox/labbox/plugins/sdk"
)

// describeRunning adds to a module how its process fares, and the pages that it brings.
func (d *daemon) describeRunning(entry *lab.Module, m modhost.ModuleState) {
	entry.Builtin, entry.Dev, entry.Protocol, entry.Restarts = m.Builtin, m.Dev, m.Protocol, m.Restarts
	entry.MemoryBytes, entry.MemoryLimit, entry.CPULimit = m.MemoryBytes, m.Limits.MemoryBytes, m.Limits.CPU
	entry.Problem, entry.Complaint = m.Error, m.Complaint
	for _, p := range m.Info.Pages {
		page := lab.ModulePage{ID: p.ID, Title: lab.Text(p.Title), Parts: []lab.PagePart{}}
		for _, part := range p.Parts {
			page.Parts = append(page.Parts, d.pagePart(part))
		}
		entry.Pages = append(entry.Pages, page)
	}
}

// pagePart says a part in the lab's own words; the endpoints of links become addresses.
func (d *daemon) pagePart(p sdk.PagePart) lab.PagePart {
	out := lab.PagePart{Title: lab.Text(p.Title)}
	if p.Markdown != nil {
		text := lab.Text(*p.Markdown)
		out.Markdown = &text
	}
	if p.Plot != nil {
		plot := lab.PagePlot(*p.Plot)
		out.Plot = &plot
	}
	if p.Table != nil {
		out.Table = &lab.PageTable{Query: p.Table.Query}
		for _, c := range p.Table.Columns {
			out.Table.Columns = append(out.Table.Columns, lab.PageColumn{Title: lab.Text(c.Title), Label: c.Label, Unit: c.Unit})
		}
	}
	for _, l := range p.Links {
		url := l.URL
		if l.Endpoint != "" {
			if url = d.endpoint(l.Endpoint); url == "" {
				continue // there is no such system
			}
			url += l.Path
		}
		out.Links = append(out.Links, lab.PageLink{Title: lab.Text(l.Title), URL: url})
	}
	return out
}
