package report

import (
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// reviewSection has the three questions of the course with the learner's answers,
// and the own focus.
func (t Texts) reviewSection(in Input) Section {
	s := Section{ID: "review", Title: t.text("review")}
	if in.failed("progress") {
		return append1(s, Paragraph{Text: t.text("progress.unread")})
	}
	for _, id := range questions() {
		s.Blocks = append(s.Blocks, Heading{Text: t.shared("review.question." + id)}, t.answer(in, id))
	}
	s.Blocks = append(s.Blocks, Heading{Text: t.text("focus")})
	focus := in.preference(prefFocus)
	if slices.Contains(trends(), focus) {
		s.Blocks = append(s.Blocks, Paragraph{Text: t.text("focus.is", t.shared("trend."+focus))})
	} else {
		s.Blocks = append(s.Blocks, Paragraph{Text: t.text("focus.none")})
	}
	return append1(s, Heading{Text: t.text("focus.step")}, t.answer(in, focusStep))
}

func (t Texts) answer(in Input, question string) Block {
	for _, n := range in.Progress.Reflections {
		if n.Subject == question && strings.TrimSpace(n.Text) != "" {
			return Quote{n.Text}
		}
	}
	return Paragraph{Text: t.text("unanswered"), Soft: true}
}

// roadmapSection maps the trends to roadmap.sh/devops; a section is done only where
// every task of the trend is ticked.
func (t Texts) roadmapSection(in Input) Section {
	s := Section{ID: "roadmap", Title: t.text("roadmap"), Blocks: []Block{Paragraph{Text: t.text("roadmap.text")}}}
	table := Table{Head: []string{t.text("col.section"), t.text("col.covered"), t.text("col.tasks"), t.text("col.state")}, Widths: []float64{4, 5, 2, 3}}
	for _, trend := range trends() {
		name := trend
		if trend == "platform" {
			name = "platform-engineering"
		}
		c := tally(in.of(trend))
		table.Rows = append(table.Rows, []Words{code(name), words(t.shared("course.covered." + trend)), words(t.text("of", c.done, c.tasks)), t.stateOf(c.mark())})
	}
	s.Blocks = append(s.Blocks, table, Heading{Text: t.text("practice")}, t.practice(in), Heading{Text: t.text("results")})
	return append1(s, t.results(in))
}

func (t Texts) stateOf(mark Mark) Words { return marked(mark, t.text("state."+string(mark))) }

// practice maps the five tasks of the course's practice phase; the fifth is this report.
func (t Texts) practice(in Input) Table {
	table := Table{Head: []string{t.text("col.task"), t.text("col.state")}, Widths: []float64{9, 3}}
	for _, trend := range []string{"gitops", "mlops", "serverless", "sustainability"} {
		table.Rows = append(table.Rows, []Words{words(t.shared("course.practice." + trend)), t.stateOf(tally(in.of(trend)).mark())})
	}
	return Table{table.Head, table.Widths, append(table.Rows, []Words{words(t.shared("course.practice.report")), marked(MarkDone, t.text("practice.this"))})}
}

// results are the four that the course promises.
func (t Texts) results(in Input) Table {
	var all count
	hands, whole := 0, 0
	for _, trend := range trends() {
		c := tally(in.of(trend))
		all.tasks, all.done = all.tasks+c.tasks, all.done+c.done
		if c.mark() == MarkDone {
			whole++
		}
		if c.lessonsDone > 0 && slices.Contains([]string{"gitops", "mlops", "serverless"}, trend) {
			hands++
		}
	}
	chosen := 0
	if in.preference(prefFocus) != "" {
		chosen = 1
	}
	if last := in.capstone(); last != nil && last.Passed {
		whole++
	}
	reached := func(done, total int) count { return count{tasks: total, done: done} }
	table := Table{Head: []string{t.text("col.result"), t.text("col.proof"), t.text("col.state")}, Widths: []float64{6, 4, 2.4}}
	for _, r := range []struct {
		id          string
		done, total int
		state       count
	}{
		{"understanding", all.done, all.tasks, all},
		{"practice", hands, 3, reached(min(hands, 1), 1)}, // the course says "or": one of the three is enough
		{"focus", chosen, 1, reached(chosen, 1)},
		{"path", whole, len(trends()) + 1, reached(whole, len(trends())+1)},
	} {
		table.Rows = append(table.Rows, []Words{words(t.shared("review.result." + r.id)),
			words(t.shared("review.result."+r.id+".count", r.done, r.total)), t.stateOf(r.state.mark())})
	}
	return table
}

// missingSection says honestly what is not there.
func (t Texts) missingSection(in Input) Section {
	s := Section{ID: "missing", Title: t.text("missing")}
	var items []Words
	add := func(key string, args ...any) { items = append(items, words(t.text(key, args...))) }
	for _, p := range in.Problems {
		add("missing.unread", t.text("what."+p.What), p.Why)
	}
	for _, trend := range in.lessonTrends() {
		if c := tally(in.of(trend)); c.done < c.tasks {
			add("missing.tasks", t.trendName(in, trend), c.tasks-c.done, c.tasks, strings.Join(t.openLessons(in.of(trend)), ", "))
		}
	}
	items = append(items, t.missingWords(in)...)
	if orphans := orphans(in); orphans > 0 {
		add("missing.orphans", orphans)
	}
	for _, c := range in.Status.Components {
		if !c.Ready {
			add("missing.component", c.Namespace+"/"+c.Name, pick(c.Message != "", clip(c.Message, 160), t.text("notready")))
		}
	}
	if len(items) == 0 {
		return append1(s, Paragraph{Text: t.text("missing.nothing")})
	}
	return append1(s, Paragraph{Text: t.text("missing.text")}, List{items})
}

// missingWords are what the learner has not run, measured or written.
func (t Texts) missingWords(in Input) []Words {
	if in.failed("progress") {
		return nil
	}
	var items []Words
	when := func(missing bool, key string) {
		if missing {
			items = append(items, words(t.text(key)))
		}
	}
	last := in.capstone()
	when(last == nil, "missing.capstone")
	when(last != nil && !last.Passed, "missing.capstone.failed")
	when(energyProof(last) == nil, "missing.energy")
	when(len(in.Progress.Notes) == 0, "missing.notes")
	for _, id := range questions() {
		if _, open := t.answer(in, id).(Paragraph); open {
			items = append(items, words(t.text("missing.answer", t.shared("review.question."+id))))
		}
	}
	when(in.preference(prefFocus) == "", "missing.focus")
	when(in.preference(prefName) == "", "missing.name")
	return items
}

func (t Texts) openLessons(lessons []lab.LessonView) []string {
	var out []string
	for _, l := range lessons {
		if c := tally([]lab.LessonView{l}); c.done < c.tasks {
			out = append(out, l.Title.In(t.lang))
		}
	}
	return out
}

// orphans counts ticks of tasks that this lab has no lesson for.
func orphans(in Input) (count int) {
	known := map[string]bool{}
	for _, l := range in.Lessons {
		for _, task := range l.List {
			known[l.ID+"/"+task.ID] = true
		}
	}
	for _, tick := range in.Progress.Ticks {
		if !known[tick.Lesson+"/"+tick.Task] && !in.failed("lessons") {
			count++
		}
	}
	return count
}

// sourcesSection names the course's sources and those of the lessons that were done.
func (t Texts) sourcesSection(in Input) Section {
	s := Section{ID: "sources", Title: t.text("sources"), Blocks: []Block{Heading{Text: t.text("sources.course")}}}
	var course List
	for _, source := range [][2]string{
		{"gitops", "https://www.gitops.tech"}, {"platform", "https://backstage.io/docs/overview/what-is-backstage"},
		{"mlops", "https://mlflow.org/docs/latest/index.html"}, {"serverless", "https://serverlessland.com"},
		{"sustainability", "https://www.green-coding.berlin"},
	} {
		course.Items = append(course.Items, link(t.shared("trend."+source[0])+": "+source[1], source[1]))
	}
	s.Blocks = append(s.Blocks, course)
	var read List
	seen := map[string]bool{}
	for _, l := range in.Lessons {
		if tally([]lab.LessonView{l}).done == 0 {
			continue
		}
		for _, source := range l.Sources {
			if !seen[source.URL] {
				seen[source.URL] = true
				read.Items = append(read.Items, link(source.Title+": "+source.URL, source.URL))
			}
		}
	}
	if len(read.Items) > 0 {
		s.Blocks = append(s.Blocks, Heading{Text: t.text("sources.lessons")}, Paragraph{Text: t.text("sources.lessons.text"), Soft: true}, read)
	}
	return append1(s, Paragraph{Text: t.text("sources.how"), Soft: true})
}
