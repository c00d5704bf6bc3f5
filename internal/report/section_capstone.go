package report

import "github.com/labbox/labbox/internal/lab"

// capstoneSection shows the last run with what each step read back.
func (t Texts) capstoneSection(in Input) Section {
	s := Section{ID: "capstone", Title: t.text("capstone")}
	if in.failed("progress") {
		return append1(s, Paragraph{Text: t.text("progress.unread")})
	}
	s.Blocks = append(s.Blocks, Paragraph{Text: t.text("capstone.text")})
	last := in.capstone()
	if last == nil {
		return append1(s, Paragraph{Text: t.text("capstone.none.text")})
	}
	s.Blocks = append(s.Blocks, Facts{[]Fact{
		{t.text("capstone.result"), t.capstoneState(in)},
		{t.text("capstone.started"), words(t.moment(last.Started))},
		{t.text("capstone.took"), words(t.seconds(last.Finished.Sub(last.Started).Seconds()))},
		{t.text("capstone.runs"), words(t.number(float64(len(in.Progress.Capstone)), 0))},
	}})
	for _, step := range last.Steps {
		s.Blocks = append(s.Blocks, t.stepBlocks(step)...)
	}
	return s
}

func (t Texts) stepBlocks(step lab.CapstoneStep) []Block {
	state := marked(MarkDone, t.text("capstone.step.passed", t.seconds(step.Seconds)))
	if !step.Passed {
		state = marked(MarkBad, t.text("capstone.step.failed", t.seconds(step.Seconds)))
	}
	blocks := []Block{Heading{Text: t.either("capstone."+step.ID+".title", step.Title)}}
	if about := t.either("capstone."+step.ID+".text", ""); about != "" {
		blocks = append(blocks, Paragraph{Text: about})
	}
	rows := append([]Fact{{t.text("col.state"), state}}, t.evidence(step.Evidence)...)
	blocks = append(blocks, Facts{rows})
	if step.Error != "" {
		blocks = append(blocks, Code{step.Error})
	}
	return blocks
}
