package report

import (
	"fmt"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// architectureSection shows the platform of this lab, and what runs on it.
func (t Texts) architectureSection(in Input) Section {
	s := Section{ID: "architecture", Title: t.text("architecture")}
	if in.failed("status") || len(in.Status.Components) == 0 {
		s.Blocks = append(s.Blocks, Paragraph{Text: t.text("architecture.none")})
		return s
	}
	p := readPlatform(in)
	s.Blocks = append(s.Blocks, Paragraph{Text: t.text("architecture.text")},
		Figure{t.architecture(p), t.text("architecture.caption", t.moment(in.Now))})
	for _, step := range []struct {
		needs []string
		key   string
	}{
		{[]string{"git", "argocd"}, "flow.gitops"}, {[]string{"idp"}, "flow.platform"}, {[]string{"mlflow"}, "flow.mlops"},
		{[]string{"gateway"}, "flow.serverless"}, {[]string{"prometheus"}, "flow.sustainability"},
	} {
		if p.has(step.needs...) {
			s.Blocks = append(s.Blocks, Heading{t.shared("trend." + strings.TrimPrefix(step.key, "flow.")), trendTone(strings.TrimPrefix(step.key, "flow."))},
				Paragraph{Text: t.text(step.key)})
		}
	}
	s.Blocks = append(s.Blocks, Heading{Text: t.text("architecture.box")}, Paragraph{Text: t.text("architecture.box.text")})
	return append1(s, t.deployed(p)...)
}

func append1(s Section, blocks ...Block) Section {
	s.Blocks = append(s.Blocks, blocks...)
	return s
}

// deployed lists what runs on the platform and is not a part of it.
func (t Texts) deployed(p platform) []Block {
	running := append(append([]lab.Component{}, p.others...), p.functions...)
	if len(running) == 0 {
		return []Block{Heading{Text: t.text("deployed")}, Paragraph{Text: t.text("deployed.none")}}
	}
	table := Table{Head: []string{t.text("col.namespace"), t.text("col.name"), t.text("col.version"), t.text("col.state")}, Widths: []float64{3, 4, 2, 4}}
	for _, c := range running {
		table.Rows = append(table.Rows, []Words{code(c.Namespace), code(c.Name), words(t.version(c.Version)), t.componentState(c)})
	}
	return []Block{Heading{Text: t.text("deployed")}, Paragraph{Text: t.text("deployed.text")}, table}
}

func (t Texts) componentState(c lab.Component) Words {
	if c.Ready {
		return marked(MarkDone, t.text("ready"))
	}
	if c.Message != "" {
		return marked(MarkBad, t.text("notready")+": "+clip(c.Message, 160))
	}
	return marked(MarkBad, t.text("notready"))
}

// toolsSection lists the tools with their versions and what each is for.
func (t Texts) toolsSection(in Input) Section {
	s := Section{ID: "tools", Title: t.text("tools")}
	if in.failed("status") || len(in.Status.Components) == 0 {
		return append1(s, Paragraph{Text: t.text("architecture.none")})
	}
	p := readPlatform(in)
	s.Blocks = append(s.Blocks, Paragraph{Text: t.text("tools.text")}, Heading{Text: t.text("tools.platform")}, t.platformTools(in, p))
	cluster := Table{Head: []string{t.text("col.part"), t.text("col.version"), t.text("col.for")}, Widths: []float64{3, 2, 7}}
	for _, c := range p.cluster {
		cluster.Rows = append(cluster.Rows, []Words{code(c.Name), words(t.version(c.Version)), words(t.either("report.part."+c.Name, "–"))})
	}
	if len(cluster.Rows) > 0 {
		s.Blocks = append(s.Blocks, Heading{Text: t.text("tools.cluster")}, cluster)
	}
	if len(in.Modules) > 0 {
		s.Blocks = append(s.Blocks, Heading{Text: t.text("tools.modules")}, Paragraph{Text: t.text("tools.modules.text")}, t.moduleTable(in.Modules))
	}
	return append1(s, Heading{Text: t.text("tools.ours")}, Paragraph{Text: t.text("tools.ours.text")})
}

func (t Texts) platformTools(in Input, p platform) Table {
	table := Table{Head: []string{t.text("col.tool"), t.text("col.version"), t.text("col.for"), t.text("col.address")}, Widths: []float64{3, 2, 6, 3.4}}
	for _, s := range systems() {
		c, found := p.found[s.ID]
		if !found {
			continue
		}
		url := linkOf(in.Links, s.Link)
		table.Rows = append(table.Rows, []Words{words(t.text("tool." + s.ID)), words(t.version(c.Version)), words(t.text("tool." + s.ID + ".for")),
			link(strings.TrimPrefix(url, "http://"), url)})
	}
	return table
}

func (t Texts) moduleTable(modules []lab.Module) Table {
	table := Table{Head: []string{t.text("col.module"), t.text("col.version"), t.text("col.origin"), t.text("col.read")}, Widths: []float64{3, 2, 2.4, 7}}
	for _, m := range modules {
		title := lab.Text{DE: m.TitleDE, EN: m.Title}.In(t.lang)
		var read []string
		for _, signal := range m.Signals {
			value := signal.Text
			if value == "" {
				value = strings.TrimSpace(t.figures(signal.Value) + " " + signal.Unit)
			}
			read = append(read, fmt.Sprintf("%s: %s", signal.Name, value))
		}
		table.Rows = append(table.Rows, []Words{words(pick(title != "", title, m.Name)), words(t.version(m.Version)),
			words(t.text(pick(m.Builtin, "origin.builtin", "origin.foreign"))), words(pick(len(read) > 0, strings.Join(read, "; "), "–"))})
	}
	return table
}
