package report

import (
	"github.com/labbox/labbox/internal/lab"
)

// workSection shows what was done in each trend: ticks with evidence and time, and
// nothing else counts.
func (t Texts) workSection(in Input) Section {
	s := Section{ID: "work", Title: t.text("work")}
	if in.failed("lessons") {
		return append1(s, Paragraph{Text: t.text("work.unread")})
	}
	if len(in.Lessons) == 0 {
		return append1(s, Paragraph{Text: t.text("work.none")})
	}
	s.Blocks = append(s.Blocks, Paragraph{Text: t.text("work.text")})
	for _, trend := range in.lessonTrends() {
		s.Blocks = append(s.Blocks, t.trendBlocks(in, trend)...)
	}
	return s
}

func (t Texts) trendBlocks(in Input, trend string) []Block {
	lessons := in.of(trend)
	all := tally(lessons)
	blocks := []Block{Heading{t.trendName(in, trend), trendTone(trend)}}
	if about := t.either("course.theory."+trend, ""); about != "" {
		blocks = append(blocks, Paragraph{Text: about, Soft: true})
	}
	blocks = append(blocks, Paragraph{Text: t.text("work.count", all.done, all.tasks, all.lessonsDone, all.lessons)})
	table := Table{Head: []string{t.text("col.lesson"), t.text("col.tasks"), t.text("col.help"), t.text("col.finished")}, Widths: []float64{5, 2, 3, 3}}
	for _, l := range lessons {
		one := tally([]lab.LessonView{l})
		finished := "–"
		if l.Finished != nil {
			finished = t.moment(*l.Finished)
		}
		mark := one.mark()
		if mark == MarkOpen && l.Started != nil {
			mark = MarkBegun
		}
		table.Rows = append(table.Rows, []Words{marked(mark, l.Title.In(t.lang)), words(t.text("of", one.done, one.tasks)), words(t.helpFor(l)), words(finished)})
	}
	blocks = append(blocks, table)
	ticks := t.tickTable(lessons)
	if len(ticks.Rows) == 0 {
		return append(blocks, Paragraph{Text: t.text("work.noticks"), Soft: true})
	}
	return append(blocks, ticks)
}

// helpFor says how much help the learner took in a lesson.
func (t Texts) helpFor(l lab.LessonView) string {
	hints, solutions := 0, 0
	for _, task := range l.List {
		hints += len(task.HintsShown)
		if task.SolutionShown {
			solutions++
		}
	}
	switch {
	case hints == 0 && solutions == 0:
		return t.text("help.none")
	case solutions == 0:
		return t.text("help.hints", hints)
	}
	return t.text("help.both", hints, solutions)
}

// tickTable is every tick with what proved it.
func (t Texts) tickTable(lessons []lab.LessonView) Table {
	table := Table{Head: []string{t.text("col.task"), t.text("col.time"), t.text("col.evidence")}, Widths: []float64{4, 2.6, 6.4}}
	for _, l := range lessons {
		for _, task := range l.List {
			if task.Tick == nil {
				continue
			}
			title := task.Title.In(t.lang)
			if task.SolutionShown {
				title += " (" + t.text("solution") + ")"
			}
			evidence := t.inline(task.Tick.Evidence)
			table.Rows = append(table.Rows, []Words{marked(MarkDone, title), words(t.moment(task.Tick.Time)),
				words(pick(evidence != "", evidence, t.text("evidence.none")))})
		}
	}
	return table
}

func (t Texts) trendName(in Input, trend string) string {
	if name := t.either("trend."+trend, ""); name != "" {
		return name
	}
	for _, m := range in.Modules {
		if title := (lab.Text{DE: m.TitleDE, EN: m.Title}).In(t.lang); m.Name == trend && title != "" {
			return title
		}
	}
	return trend
}

// findingsSection has the learner's own notes.
func (t Texts) findingsSection(in Input) Section {
	s := Section{ID: "findings", Title: t.text("findings")}
	if in.failed("progress") {
		return append1(s, Paragraph{Text: t.text("progress.unread")})
	}
	titles := map[string]lab.LessonView{}
	for _, l := range in.Lessons {
		titles[l.ID] = l
	}
	var notes []Block
	for _, n := range in.Progress.Notes {
		title := n.Subject
		l, known := titles[n.Subject]
		if known {
			title = t.trendName(in, l.Trend) + ": " + l.Title.In(t.lang)
		}
		notes = append(notes, Heading{title, trendTone(l.Trend)}, Quote{n.Text}, Paragraph{Text: t.text("findings.when", t.moment(n.Changed)), Soft: true})
	}
	if len(notes) == 0 {
		return append1(s, Paragraph{Text: t.text("findings.none")})
	}
	s.Blocks = append(s.Blocks, Paragraph{Text: t.text("findings.text")})
	return append1(s, notes...)
}
