package web

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
)

// energyFigures are what the energy exporter knows, as Prometheus has it. Watts are
// those of now, joules and grams those of the last fifteen minutes.
type energyFigures struct {
	// Method is how energy is found: rapl measures, others model. Empty while unknown.
	Method string
	// Grams is the carbon intensity of the grid, gCO2e/kWh, in Zone and Year.
	Grams      float64
	Zone, Year string
	// NodeWatts is the processor's power, ActiveWatts the part that is at work.
	NodeWatts, ActiveWatts float64
	// HourGrams is the Software Carbon Intensity of one hour of this machine, gCO2e; 0
	// while unknown.
	HourGrams float64
	// Components are pods taken together by what they belong to, the hungriest first.
	Components []componentEnergy
	// Functions are the watts of each function's pods, all parts, by "name.namespace".
	Functions map[string]float64
}

// componentEnergy is the energy of the pods of one Deployment, Job and the like.
type componentEnergy struct {
	Namespace, Name string
	// Watts is what the CPU at work draws now; Reserved is what is set aside and idle,
	// Memory what the memory in use draws.
	Watts, Reserved, Memory float64
	Joules                  float64
}

// total is all that the component draws now.
func (c componentEnergy) total() float64 { return c.Watts + c.Reserved + c.Memory }

// joulesPerKilowattHour turns energy into what grids are measured by.
const joulesPerKilowattHour = 3.6e6

// grams is the carbon of joules.
func (e energyFigures) grams(joules float64) float64 { return joules / joulesPerKilowattHour * e.Grams }

// byComponent gives series of pods the name of what made them: what Kubernetes adds
// to it is a hash of its own alphabet, or a number.
func byComponent(series string) string {
	const letters = "[b-df-hj-np-tv-z2456789]"
	return `sum by (component) (label_replace(label_join(` + series + `, "id", "/", "pod_namespace", "pod_name"), ` +
		`"component", "$1", "id", "(.+?)(-` + letters + `{8,10})?(-` + letters + `{5})?(-[0-9]{1,2})?"))`
}

// The questions behind energyFigures, each with the label its answers are told apart by.
type energyQuestion struct{ name, query, label string }

func energyQuestions() []energyQuestion {
	return []energyQuestion{
		{"method", "labbox_energy_method", "method"},
		{"intensity", "labbox_grid_intensity_grams_per_kwh", "zone"},
		{"year", "labbox_grid_intensity_grams_per_kwh", "year"},
		{"node", `sum(kepler_node_cpu_watts{zone="package"})`, ""},
		{"active", `sum(kepler_node_cpu_active_watts{zone="package"})`, ""},
		{"hour", `labbox_sci_grams_per_unit{unit="node_hour"}`, "unit"},
		{"watts", byComponent(`kepler_pod_cpu_watts{zone="package"}`), "component"},
		{"reserved", byComponent("labbox_pod_reserved_watts"), "component"},
		{"memory", byComponent("labbox_pod_memory_watts"), "component"},
		{"joules", byComponent(gainedBy("max by (pod_namespace, pod_name)", packageJoules)), "component"},
		{"functions", "sum by (function_name) (" + byFunction(`(sum by (pod_namespace, pod_name) (kepler_pod_cpu_watts{zone="package"})`+
			` + sum by (pod_namespace, pod_name) (labbox_pod_reserved_watts) + sum by (pod_namespace, pod_name) (labbox_pod_memory_watts))`) + ")", "function_name"},
	}
}

// energy asks for all of it at once. One answer that fails fails the whole.
func (p *promClient) energy(ctx context.Context) (energyFigures, error) {
	var (
		group   sync.WaitGroup
		mu      sync.Mutex
		answers = map[string]map[string]float64{}
		failed  error
	)
	for _, q := range energyQuestions() {
		group.Go(func() {
			values, err := p.values(ctx, q.query, q.label)
			mu.Lock()
			defer mu.Unlock()
			if answers[q.name] = values; err != nil {
				failed = err
			}
		})
	}
	group.Wait()
	if failed != nil {
		return energyFigures{}, failed
	}
	return gatherEnergy(answers), nil
}

func gatherEnergy(answers map[string]map[string]float64) energyFigures {
	out := energyFigures{
		NodeWatts: answers["node"][""], ActiveWatts: answers["active"][""], HourGrams: answers["hour"]["node_hour"],
		Functions: answers["functions"],
	}
	for method := range answers["method"] {
		out.Method = method
	}
	for zone, grams := range answers["intensity"] {
		out.Zone, out.Grams = zone, grams
	}
	for year := range answers["year"] {
		out.Year = year
	}
	all := map[string]*componentEnergy{}
	each := func(question string, apply func(*componentEnergy, float64)) {
		for id, v := range answers[question] {
			if all[id] == nil {
				namespace, name, _ := strings.Cut(id, "/")
				all[id] = &componentEnergy{Namespace: namespace, Name: name}
			}
			apply(all[id], v)
		}
	}
	each("watts", func(c *componentEnergy, v float64) { c.Watts = v })
	each("reserved", func(c *componentEnergy, v float64) { c.Reserved = v })
	each("memory", func(c *componentEnergy, v float64) { c.Memory = v })
	each("joules", func(c *componentEnergy, v float64) { c.Joules = v })
	for _, c := range all {
		out.Components = append(out.Components, *c)
	}
	slices.SortFunc(out.Components, func(a, b componentEnergy) int {
		return cmp.Or(cmp.Compare(b.Joules, a.Joules), cmp.Compare(b.total(), a.total()),
			cmp.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name))
	})
	return out
}
