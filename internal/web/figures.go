package web

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

// figuresWindow is what the figures of functions look back on, in Prometheus' words.
// It is that of the plots.
const figuresWindow = "15m"

// Figures are what Prometheus knows of one function. Nil means that nothing is known:
// no call has been timed, or no energy was accounted for.
type Figures struct {
	CallsPerSecond float64 `json:"callsPerSecond"`
	// Calls and Errors ended within the last fifteen minutes; errors have a status
	// from 400 up.
	Calls  float64 `json:"calls"`
	Errors float64 `json:"errors"`
	// P50 and P95 are seconds.
	P50 *float64 `json:"p50Seconds"`
	P95 *float64 `json:"p95Seconds"`
	// JoulesPerCall is the active CPU energy of the function's pods over its calls.
	JoulesPerCall *float64 `json:"joulesPerCall"`
	// EnergyMethod is how energy is found: rapl measures, others model.
	EnergyMethod string `json:"energyMethod,omitempty"`
	// ColdStarts since the gateway started, and how long they took on average.
	ColdStarts       float64  `json:"coldStarts"`
	ColdStartSeconds *float64 `json:"coldStartSeconds"`
	// Replicas are those that were ready, on the axis of the plots.
	Replicas []*float64 `json:"replicas"`
}

// figures are the Figures of all functions by "name.namespace".
type figures struct {
	of map[string]Figures
	// Method is how energy is found: rapl measures, others model. Empty while unknown.
	Method string
}

// The questions behind Figures; each answers by function.
const (
	askRate       = "rate"
	askCalls      = "calls"
	askErrors     = "errors"
	askP50        = "p50"
	askP95        = "p95"
	askJoules     = "joules"
	askColdStarts = "cold"
	askColdTime   = "coldseconds"
	askMethod     = "method"
)

// figureQueries are PromQL by question.
func figureQueries() map[string]string {
	const bySum = "sum by (function_name) (%s)"
	quantile := func(q string) string {
		return fmt.Sprintf("histogram_quantile(%s, sum by (function_name, le) (%s))", q, gained("gateway_functions_seconds_bucket"))
	}
	return map[string]string{
		askRate:       fmt.Sprintf(bySum, "rate(gateway_function_invocation_total[1m])"),
		askCalls:      fmt.Sprintf(bySum, gained("gateway_function_invocation_total")),
		askErrors:     fmt.Sprintf(bySum, gained(`gateway_function_invocation_total{code=~"[45].."}`)),
		askP50:        quantile("0.5"),
		askP95:        quantile("0.95"),
		askJoules:     fmt.Sprintf(bySum, byFunction(gainedBy("max by (pod_namespace, pod_name)", packageJoules))),
		askColdStarts: fmt.Sprintf(bySum, "labbox_gateway_cold_start_seconds_count"),
		askColdTime:   fmt.Sprintf(bySum, "labbox_gateway_cold_start_seconds_sum"),
		askMethod:     "labbox_energy_method",
	}
}

// packageJoules are the energy counters of pods. Zones of a processor overlap, so
// only one is counted.
const packageJoules = `kepler_pod_cpu_joules_total{zone="package"}`

// gained is by how much counters grew within the window. Unlike increase, it counts
// what a series was born with (the first error, a pod's start) and what one that has
// ended grew to, and it does not extrapolate: the figures are those of a counter.
func gained(series string) string { return gainedBy("", series) }

// gainedBy does the same after an aggregation, for series whose other labels change.
func gainedBy(aggregation, series string) string {
	last := fmt.Sprintf("%s(last_over_time(%s[%s]))", aggregation, series, figuresWindow)
	before := fmt.Sprintf("%s(%s offset %s)", aggregation, series, figuresWindow)
	return fmt.Sprintf("clamp_min(%s - (%s or %s * 0), 0)", last, before, last)
}

// byFunction gives series of pods the function's name: pods are named after their
// Deployment, and that after the function.
func byFunction(series string) string {
	return fmt.Sprintf(`label_replace(label_join(%s, "id", "/", "pod_namespace", "pod_name"), `+
		`"function_name", "$2.$1", "id", "([^/]+)/(.+)-[a-z0-9]+-[a-z0-9]+")`, series)
}

// replicasPlot is the replicas of all functions, for the small plots of the list.
func replicasPlot() Plot {
	return Plot{ID: "fn-all-replicas", Legend: "function_name", Query: "sum by (function_name) (gateway_service_ready_count)"}
}

// figures asks for the figures of all functions at once.
func (p *promClient) figures(ctx context.Context) (figures, error) {
	var (
		group   sync.WaitGroup
		mu      sync.Mutex
		answers = map[string]map[string]float64{}
		failed  error
	)
	for name, query := range figureQueries() {
		group.Go(func() {
			label := "function_name"
			if name == askMethod {
				label = "method"
			}
			values, err := p.values(ctx, query, label)
			mu.Lock()
			defer mu.Unlock()
			if answers[name] = values; err != nil {
				failed = err
			}
		})
	}
	var replicas Series
	group.Go(func() {
		series, err := p.series(ctx, replicasPlot())
		mu.Lock()
		defer mu.Unlock()
		if replicas = series; err != nil {
			failed = err
		}
	})
	group.Wait()
	if failed != nil {
		return figures{}, failed
	}
	return gather(answers, replicas), nil
}

func gather(answers map[string]map[string]float64, replicas Series) figures {
	out := figures{of: map[string]Figures{}}
	for method := range answers[askMethod] {
		out.Method = method
	}
	change := func(name string, apply func(*Figures)) {
		f := out.of[name]
		apply(&f)
		out.of[name] = f
	}
	each := func(question string, apply func(f *Figures, v float64)) {
		for name, v := range answers[question] {
			change(name, func(f *Figures) { apply(f, v) })
		}
	}
	each(askRate, func(f *Figures, v float64) { f.CallsPerSecond = v })
	each(askCalls, func(f *Figures, v float64) { f.Calls = v })
	each(askErrors, func(f *Figures, v float64) { f.Errors = v })
	each(askP50, func(f *Figures, v float64) { f.P50 = &v })
	each(askP95, func(f *Figures, v float64) { f.P95 = &v })
	each(askColdStarts, func(f *Figures, v float64) { f.ColdStarts = v })
	each(askColdTime, func(f *Figures, v float64) {
		if f.ColdStarts > 0 {
			mean := v / f.ColdStarts
			f.ColdStartSeconds = &mean
		}
	})
	each(askJoules, func(f *Figures, v float64) {
		if f.Calls > 0 {
			perCall := v / f.Calls
			f.JoulesPerCall = &perCall
		}
	})
	for _, line := range replicas.Lines {
		change(line.Name, func(f *Figures) { f.Replicas = line.Values })
	}
	return out
}

// together sums up the figures of all names that begin with prefix, such as those of
// a function's versions. Times are those of the one that is called most.
func (f figures) together(prefix string) *Figures {
	sum := Figures{EnergyMethod: f.Method}
	most := 0.0
	for name, one := range f.of {
		if prefix == "" || !strings.HasPrefix(name, prefix) {
			continue
		}
		sum.CallsPerSecond += one.CallsPerSecond
		sum.Calls += one.Calls
		sum.Errors += one.Errors
		sum.ColdStarts += one.ColdStarts
		if one.Calls > most {
			most = one.Calls
			sum.P50, sum.P95, sum.JoulesPerCall, sum.ColdStartSeconds = one.P50, one.P95, one.JoulesPerCall, one.ColdStartSeconds
		}
	}
	return &sum
}

// functionPlots are the plots of one function. Its names must be checked: they become
// part of a query.
func functionPlots(id FunctionID) []Plot {
	selector := fmt.Sprintf("{function_name=%q}", id.String())
	pods := fmt.Sprintf(`pod_namespace=%q, pod_name=~"%s-[a-z0-9]+-[a-z0-9]+"`, id.Namespace, id.Name)
	named := func(label, name, query string) string {
		return fmt.Sprintf(`label_replace(%s, %q, %q, "", "")`, query, label, name)
	}
	quantile := func(name, q string) string {
		return named("quantile", name, fmt.Sprintf(
			"histogram_quantile(%s, sum by (le) (rate(gateway_functions_seconds_bucket%s[1m])))", q, selector))
	}
	watts := func(name, series string) string {
		return named("part", name, "sum("+series+")")
	}
	return []Plot{
		{
			ID: "fn-calls", Unit: "perSecond", Legend: "code", Stacked: true,
			Query: "sum by (code) (rate(gateway_function_invocation_total" + selector + "[1m]))",
		},
		{ID: "fn-latency", Unit: "seconds", Legend: "quantile", Query: quantile("p50", "0.5") + "\nor " + quantile("p95", "0.95")},
		{
			ID: "fn-replicas", Unit: "replicas", Legend: "which",
			Query: named("which", "ready", "sum(gateway_service_ready_count"+selector+")") + "\nor " +
				named("which", "wanted", "sum(gateway_service_count"+selector+")"),
		},
		{
			ID: "fn-power", Unit: "watts", Legend: "part", Stacked: true,
			Query: watts("active", `kepler_pod_cpu_watts{zone="package", `+pods+"}") + "\nor " +
				watts("reserved", "labbox_pod_reserved_watts{"+pods+"}") + "\nor " +
				watts("memory", "labbox_pod_memory_watts{"+pods+"}"),
		},
	}
}
