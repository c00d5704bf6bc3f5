package energy

import (
	"cmp"
	"slices"
	"time"
)

// Facts are what turns energy into carbon, and what is to be told with each figure.
type Facts struct {
	Method    string
	Model     Coefficients // zero with RAPL
	ModelFrom string
	Grid      Grid
	Zone      string
	Embodied  Embodied
}

// Note says in a sentence how the figures were made.
func (f Facts) Note() string {
	if f.Method == MethodRAPL {
		return "measured by the processor's counters (RAPL), attributed to pods by CPU time"
	}
	return "modelled from CPU time: an estimate, not a measurement"
}

// Intensity is the grid's, in gCO2e/kWh; 0 for a zone the grid does not have.
func (f Facts) Intensity() float64 { return f.Grid.Zones[f.Zone] }

// Query selects pods and a time; empty fields select all.
type Query struct {
	Namespace, Pod, Job, Owner string
	From, To                   time.Time
	// Units is how many functional units were served; 0 asks for no SCI.
	Units float64
	Unit  string
}

func (q Query) wants(p PodInfo) bool {
	fits := func(want, got string) bool { return want == "" || want == got }
	return fits(q.Namespace, p.Namespace) && fits(q.Pod, p.Name) && fits(q.Owner, p.Owner.Name) &&
		(q.Job == "" || p.Owner == Owner{Kind: "Job", Name: q.Job})
}

// Figures are energy and carbon of something over some time.
type Figures struct {
	// Seconds is how much of the time there were samples for.
	Seconds    float64 `json:"seconds"`
	CPUSeconds float64 `json:"cpuSeconds"`
	// Joules is the active energy of the CPU, GramsCO2e its operational carbon.
	Joules    float64 `json:"joules"`
	GramsCO2e float64 `json:"gramsCO2e"`
	// ReservedJoules is the node's idle energy for CPUs reserved and not used.
	ReservedJoules float64 `json:"reservedJoules"`
	// MemoryJoules is modelled from memory in use, whatever the method.
	MemoryJoules float64 `json:"memoryJoules"`
	// TotalGramsCO2e is the carbon of all three.
	TotalGramsCO2e float64 `json:"totalGramsCO2e"`
}

// PodFigures are those of one pod.
type PodFigures struct {
	Namespace string `json:"namespace"`
	Pod       string `json:"pod"`
	UID       string `json:"uid"`
	State     string `json:"state"`
	Owner     Owner  `json:"owner"`
	Figures
}

// NodeFigures are those of the whole node.
type NodeFigures struct {
	Seconds      float64 `json:"seconds"`
	Joules       float64 `json:"joules"`
	ActiveJoules float64 `json:"activeJoules"`
	IdleJoules   float64 `json:"idleJoules"`
	GramsCO2e    float64 `json:"gramsCO2e"`
}

// Report answers a Query.
type Report struct {
	From        time.Time    `json:"from"`
	To          time.Time    `json:"to"`
	Method      string       `json:"method"`
	Note        string       `json:"note"`
	Model       Coefficients `json:"model"`
	ModelSource string       `json:"modelSource,omitempty"`
	GridZone    string       `json:"gridZone"`
	GridYear    int          `json:"gridYear"`
	GridSource  string       `json:"gridSource"`
	GramsPerKWh float64      `json:"gramsPerKWh"`
	Figures                  // of all the pods together; Seconds is the longest of them
	SCI         *SCI         `json:"sci,omitempty"`
	Unit        string       `json:"unit,omitempty"`
	Pods        []PodFigures `json:"pods"`
	Node        NodeFigures  `json:"node"`
}

// Report computes what q asks for. Pods without a sample in the time are left out.
func (l *Ledger) Report(q Query, f Facts) Report {
	l.mu.RLock()
	defer l.mu.RUnlock()
	r := Report{
		From: q.From, To: q.To, Method: f.Method, Note: f.Note(), Model: f.Model, ModelSource: f.ModelFrom,
		GridZone: f.Zone, GridYear: f.Grid.Year, GridSource: f.Grid.Source, GramsPerKWh: f.Intensity(), Pods: []PodFigures{},
	}
	var embodied float64
	for _, rec := range l.pods {
		if !q.wants(rec.Info) {
			continue
		}
		d, seconds := rec.history.between(q.From, q.To)
		if seconds <= 0 {
			continue
		}
		p := PodFigures{Namespace: rec.Info.Namespace, Pod: rec.Info.Name, UID: rec.Info.UID, State: rec.State, Owner: rec.Info.Owner,
			Figures: figures(d, seconds, f.Intensity())}
		r.Pods = append(r.Pods, p)
		embodied += f.Embodied.Grams(seconds, max(rec.Info.RequestCPUs, d.cpu/seconds))
		r.Figures = plus(r.Figures, p.Figures)
	}
	slices.SortFunc(r.Pods, func(a, b PodFigures) int {
		return cmp.Or(cmp.Compare(b.Joules, a.Joules), cmp.Compare(a.UID, b.UID))
	})
	d, seconds := l.node.between(q.From, q.To)
	r.Node = NodeFigures{Seconds: seconds, Joules: d.joules, ActiveJoules: d.active, IdleJoules: d.joules - d.active,
		GramsCO2e: Grams(d.joules, f.Intensity())}
	if q.Units > 0 {
		sci := NewSCI(r.TotalGramsCO2e, embodied, q.Units)
		r.SCI, r.Unit = &sci, q.Unit
	}
	return r
}

func figures(d point, seconds, intensity float64) Figures {
	return Figures{
		Seconds: seconds, CPUSeconds: d.cpu, Joules: d.joules, GramsCO2e: Grams(d.joules, intensity),
		ReservedJoules: d.reserved, MemoryJoules: d.memory,
		TotalGramsCO2e: Grams(d.joules+d.reserved+d.memory, intensity),
	}
}

func plus(a, b Figures) Figures {
	return Figures{
		Seconds: max(a.Seconds, b.Seconds), CPUSeconds: a.CPUSeconds + b.CPUSeconds, Joules: a.Joules + b.Joules,
		GramsCO2e: a.GramsCO2e + b.GramsCO2e, ReservedJoules: a.ReservedJoules + b.ReservedJoules,
		MemoryJoules: a.MemoryJoules + b.MemoryJoules, TotalGramsCO2e: a.TotalGramsCO2e + b.TotalGramsCO2e,
	}
}
