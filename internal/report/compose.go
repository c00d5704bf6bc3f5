package report

import (
	"fmt"

	"github.com/labbox/labbox/internal/lab"
)

// Compose makes a report of what is known, in lang (de or en).
func (c *Composer) Compose(lang string, in Input) (Document, error) {
	t, ok := c.texts[lang]
	if !ok {
		return Document{}, lab.Errorf(lab.CodeUsage, "Choose de or en", "there is no report in %q", lang)
	}
	name := in.preference(prefName)
	doc := Document{
		Lang: lang, Title: t.text("title"), Subtitle: t.text("subtitle"), Author: name, Created: in.Now,
		Contents: t.text("contents"), Page: t.text("page"),
	}
	doc.Cover = t.cover(in, name)
	for _, make := range []func(Input) Section{
		t.summary, t.architectureSection, t.toolsSection, t.workSection, t.findingsSection, t.capstoneSection,
		t.energySection, t.reviewSection, t.roadmapSection, t.missingSection, t.sourcesSection,
	} {
		section := make(in)
		section.Title = fmt.Sprintf("%d  %s", len(doc.Sections)+1, section.Title)
		doc.Sections = append(doc.Sections, section)
	}
	return doc, nil
}

func (t Texts) cover(in Input, name string) []Fact {
	var rows []Fact
	if name != "" {
		rows = append(rows, Fact{t.text("cover.name"), words(name)})
	}
	rows = append(rows, Fact{t.text("cover.date"), words(t.moment(in.Now))})
	if in.Status.Version != "" {
		rows = append(rows, Fact{t.text("cover.version"), words("labbox " + in.Status.Version)})
	}
	return append(rows, Fact{t.text("cover.course"), words(t.text("course"))})
}

// summary is what a reader with one minute should know.
func (t Texts) summary(in Input) Section {
	all := tally(in.Lessons)
	s := Section{ID: "summary", Title: t.text("summary"), Blocks: []Block{Paragraph{Text: t.text("summary.text")}}}
	rows := []Fact{
		{t.text("summary.tasks"), marked(all.mark(), t.text("of", all.done, all.tasks))},
		{t.text("summary.lessons"), words(t.text("of", all.lessonsDone, all.lessons))},
		{t.text("summary.help"), words(t.helpTaken(in.Progress.Hints))},
		{t.text("summary.capstone"), t.capstoneState(in)},
		{t.text("summary.energy"), words(t.energyState(in))},
	}
	if in.failed("lessons") {
		rows = append(rows[2:3:3], rows[3:]...)
	}
	if in.failed("progress") {
		rows = []Fact{rows[len(rows)-1]}
	}
	s.Blocks = append(s.Blocks, Facts{rows}, Paragraph{Text: t.text("summary.honest"), Soft: true})
	return s
}

func (t Texts) helpTaken(hints []lab.LessonHint) string {
	solutions := 0
	for _, h := range hints {
		if h.Number == 0 {
			solutions++
		}
	}
	return t.text("summary.help.count", len(hints)-solutions, solutions)
}

func (t Texts) capstoneState(in Input) Words {
	last := in.capstone()
	switch {
	case last == nil:
		return marked(MarkOpen, t.text("capstone.none"))
	case last.Passed:
		return marked(MarkDone, t.text("capstone.passed", t.moment(last.Finished)))
	}
	return marked(MarkBad, t.text("capstone.failed", t.moment(last.Finished)))
}

func (t Texts) energyState(in Input) string {
	switch e := in.Energy; {
	case e == nil:
		return t.text("energy.unread")
	case e.NodeWatts == 0:
		return t.text("energy.nothing")
	default:
		return t.text("energy.now", t.scaled(e.NodeWatts, "W"), t.scaled(e.ActiveWatts, "W"), t.methodShort(e.Method))
	}
}

// methodShort says in a word or two how energy is found.
func (t Texts) methodShort(method string) string {
	switch method {
	case "":
		return t.text("method.unknown")
	case "rapl":
		return t.text("method.measured")
	}
	return t.text("method.modelled", method)
}
