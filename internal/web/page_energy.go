package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// mostConsumers are how many components are shown by name.
const mostConsumers = 12

// energyPage is what the energy page shows.
type energyPage struct {
	// Error says why Prometheus has no answer.
	Error *lab.Error
	energyFigures
	Rows []energyRow
	// Largest is the most that a row used; bars are relative to it.
	Largest float64
	Calls   []callRow
	Idle    []idleRow
	// Zero is what the capstone measured; nil before its first run.
	Zero *zeroProof
	Plot plotData
}

// energyRow is a component, or what the small ones come to.
type energyRow struct {
	Namespace, Name, Trend string
	Watts, Joules, Grams   float64
	// Others counts the components in a row of several.
	Others int
}

// callRow is what a call of a function costs.
type callRow struct {
	FunctionID
	Calls, Joules, Grams float64
}

// idleRow compares a function as it stands with the same function at zero.
type idleRow struct {
	FunctionID
	Replicas int
	// Watts is what its pods draw now, JoulesPerDay and GramsPerDay a day of it; at zero
	// all three are 0.
	Watts, JoulesPerDay, GramsPerDay float64
}

// zeroProof is what the capstone's last run measured of an idle function.
type zeroProof struct {
	AlwaysOn, AtZero                    float64
	SavedJoulesPerDay, SavedGramsPerDay float64
	Seconds                             float64
	Method                              string
}

func (s *Server) pageEnergy(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	plot, _ := plotByID("power")
	data := energyPage{Plot: s.fillPlots(ctx, []Plot{plot}, "/api/v1/query_range?query=")[0], Zero: s.provenZero(c)}
	answer := s.energy.load(ctx)
	if answer.err != nil {
		data.Error = lab.AsError(answer.err)
		return s.render(c, content{http.StatusOK, "energy", now, data})
	}
	data.energyFigures = answer.value
	data.Rows = energyRows(answer.value, s.trendsOf(s.status.load(ctx)))
	for _, row := range data.Rows {
		data.Largest = max(data.Largest, row.Joules)
	}
	data.Calls = callRows(answer.value, s.functions.figures.load(ctx).value)
	data.Idle = idleRows(answer.value, s.functions.list.load(ctx).value)
	return s.render(c, content{http.StatusOK, "energy", now, data})
}

// trendsOf are the trends of the namespaces.
func (s *Server) trendsOf(status lab.Status) map[string]string {
	out := map[string]string{}
	for _, component := range status.Components {
		if component.Trend != "" && component.Namespace != "" {
			out[component.Namespace] = component.Trend
		}
	}
	return out
}

func energyRows(e energyFigures, trends map[string]string) []energyRow {
	var out []energyRow
	for i, component := range e.Components {
		if i < mostConsumers {
			out = append(out, energyRow{
				Namespace: component.Namespace, Name: component.Name, Trend: trends[component.Namespace],
				Watts: component.Watts, Joules: component.Joules, Grams: e.grams(component.Joules),
			})
			continue
		}
		if i == mostConsumers {
			out = append(out, energyRow{})
		}
		rest := &out[len(out)-1]
		rest.Others++
		rest.Watts += component.Watts
		rest.Joules += component.Joules
		rest.Grams += e.grams(component.Joules)
	}
	return out
}

// callRows are the functions that were called, the dearest first.
func callRows(e energyFigures, f figures) []callRow {
	var out []callRow
	for name, one := range f.of {
		if one.JoulesPerCall == nil {
			continue
		}
		id, ok := parseFunctionID(name)
		if !ok {
			continue
		}
		out = append(out, callRow{id, one.Calls, *one.JoulesPerCall, e.grams(*one.JoulesPerCall)})
	}
	slices.SortFunc(out, func(a, b callRow) int {
		return cmp.Or(cmp.Compare(b.Joules, a.Joules), cmp.Compare(a.String(), b.String()))
	})
	return out
}

// parseFunctionID reads "name.namespace".
func parseFunctionID(text string) (FunctionID, bool) {
	name, namespace, _ := strings.Cut(text, ".")
	return FunctionID{namespace, name}, functionName.MatchString(name) && functionName.MatchString(namespace)
}

func idleRows(e energyFigures, list []Function) []idleRow {
	const day = 24 * 3600
	var out []idleRow
	for _, f := range list {
		watts := e.Functions[f.FunctionID.String()]
		if f.Replicas == 0 {
			watts = 0 // what is still in Prometheus is of pods that end
		}
		out = append(out, idleRow{f.FunctionID, f.Replicas, watts, watts * day, e.grams(watts * day)})
	}
	slices.SortStableFunc(out, func(a, b idleRow) int { return cmp.Compare(b.Watts, a.Watts) })
	return out
}

// provenZero reads the evidence of the capstone's energy step.
func (s *Server) provenZero(c echo.Context) *zeroProof {
	if s.opt.Capstone == nil {
		return nil
	}
	last, ok := s.opt.Capstone.Last(c.Request().Context())
	if !ok {
		return nil
	}
	at := slices.IndexFunc(last.Steps, func(step lab.CapstoneStep) bool { return step.ID == "energy" && step.Passed })
	if at < 0 {
		return nil
	}
	number := func(name string) float64 { return toFloat(last.Steps[at].Evidence[name]) }
	method, _ := last.Steps[at].Evidence["method"].(string)
	proof := zeroProof{
		AlwaysOn: number("idleWattsAlwaysOn"), AtZero: number("idleWattsAtZero"), Seconds: number("idleWindowSeconds"),
		SavedJoulesPerDay: number("savedJoulesPerDay"), SavedGramsPerDay: number("savedGramsCO2ePerDay"), Method: method,
	}
	if proof.AlwaysOn == 0 {
		return nil
	}
	return &proof
}
