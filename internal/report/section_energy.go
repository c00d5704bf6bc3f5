package report

import (
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// mostConsumers are how many components the chart has.
const mostConsumers = 12

// energySection shows what the lab uses and what training, calls and idling cost. All
// figures are read; what was not is said to be missing.
func (t Texts) energySection(in Input) Section {
	s := Section{ID: "energy", Title: t.text("energy"), Blocks: []Block{Paragraph{Text: t.text("energy.text")}}}
	method := ""
	if e := in.Energy; e != nil {
		method = e.Method
		s.Blocks = append(s.Blocks, t.energyNow(*e)...)
	} else {
		s.Blocks = append(s.Blocks, Paragraph{Text: t.text("energy.unread.text")})
	}
	proof := energyProof(in.capstone())
	if proof == nil {
		return append1(s, Heading{Text: t.text("energy.proof")}, Paragraph{Text: t.text("energy.proof.none")})
	}
	if own, ok := proof["method"].(string); ok {
		method = own
	}
	return append1(s, t.energyProof(proof, method)...)
}

func (t Texts) energyNow(e lab.Energy) []Block {
	facts := []Fact{{t.text("energy.method"), words(t.methodShort(e.Method))}}
	add := func(key string, v float64, value string) {
		facts = append(facts, Fact{t.text(key), words(pick(v > 0, value, t.text("missing.value")))})
	}
	add("energy.node", e.NodeWatts, t.scaled(e.NodeWatts, "W"))
	add("energy.active", e.ActiveWatts, t.scaled(e.ActiveWatts, "W"))
	add("energy.grid", e.Grams, t.figures(e.Grams)+" gCO₂e/kWh"+grid(e.Zone, e.Year))
	add("energy.hour", e.HourGrams, t.scaled(e.HourGrams, "gCO₂e"))
	blocks := []Block{Facts{facts}, Paragraph{Text: t.methodLong(e.Method), Soft: true}}
	var bars []bar
	total := 0.0
	for _, c := range e.Components {
		total += c.Joules
		if c.Joules > 0 && len(bars) < mostConsumers {
			bars = append(bars, bar{c.Namespace + "/" + c.Name, t.scaled(c.Joules, "J"), c.Joules, ToneAccent})
		}
	}
	if len(bars) == 0 {
		return append(blocks, Paragraph{Text: t.text("energy.components.none")})
	}
	return append(blocks, Heading{Text: t.text("energy.components")},
		Figure{chart("consumers", t.barsInWords(bars), bars), t.text("energy.components.caption", t.scaled(total, "J"), t.scaled(e.GramsOf(total), "gCO₂e"), t.methodShort(e.Method))})
}

// grid says where and when a grid's intensity is from: ", DE 2024".
func grid(zone, year string) string {
	if both := strings.TrimSpace(zone + " " + year); both != "" {
		return ", " + both
	}
	return ""
}

// methodLong explains the method in the dashboard's words.
func (t Texts) methodLong(method string) string {
	if method == "" {
		return t.text("method.unknown.text")
	}
	return t.either("energy.method."+method, t.either("energy.method.other", ""))
}

// energyProof is the evidence of the capstone's energy step; nil where there is none.
func energyProof(run *lab.CapstoneResult) map[string]any {
	if run == nil {
		return nil
	}
	for _, step := range run.Steps {
		if step.ID == "energy" && step.Passed && len(step.Evidence) > 0 {
			return step.Evidence
		}
	}
	return nil
}

// measured reads a number of evidence and says whether it is there.
func measured(evidence map[string]any, key string) (float64, bool) {
	switch v := evidence[key].(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	}
	return 0, false
}

// energyProof shows training against a call, and always on against zero.
func (t Texts) energyProof(proof map[string]any, method string) []Block {
	table := Table{Head: []string{t.text("col.what"), t.text("col.energy"), t.text("col.carbon")}, Widths: []float64{5, 3, 3}}
	row := func(key, joules, grams string) {
		cells := []Words{words(t.text(key))}
		for _, name := range []string{joules, grams} {
			value := t.text("missing.value")
			if v, ok := measured(proof, name); ok {
				value = t.measure(name, v)
			}
			cells = append(cells, words(value))
		}
		table.Rows = append(table.Rows, cells)
	}
	row("energy.training", "trainingJoules", "trainingGramsCO2e")
	row("energy.call", "callJoules", "callGramsCO2e")
	row("energy.saved", "savedJoulesPerDay", "savedGramsCO2ePerDay")
	blocks := []Block{Heading{Text: t.text("energy.proof")}, Paragraph{Text: t.text("energy.proof.text", t.methodShort(method))}, table}
	training, ok1 := measured(proof, "trainingJoules")
	call, ok2 := measured(proof, "callJoules")
	if ok1 && ok2 && call > 0 {
		blocks = append(blocks, Paragraph{Text: t.text("energy.ratio", t.figures(training/call))})
	}
	return append(blocks, t.zeroBlocks(proof, method)...)
}

func (t Texts) zeroBlocks(proof map[string]any, method string) []Block {
	on, ok1 := measured(proof, "idleWattsAlwaysOn")
	zero, ok2 := measured(proof, "idleWattsAtZero")
	if !ok1 || !ok2 {
		return []Block{Paragraph{Text: t.text("energy.zero.missing")}}
	}
	bars := []bar{
		{t.text("energy.on"), t.scaled(on, "W"), on, Tone("serverless")},
		{t.text("energy.zero"), t.scaled(zero, "W"), zero, Tone("sustainability")},
	}
	return []Block{Heading{Text: t.text("energy.zero.title")},
		Figure{chart("zero", t.barsInWords(bars), bars), t.text("energy.zero.caption", t.methodShort(method))}}
}

// barsInWords says what a chart shows.
func (t Texts) barsInWords(bars []bar) string {
	var said []string
	for _, b := range bars {
		said = append(said, b.Name+": "+b.Value)
	}
	return strings.Join(said, "; ")
}
